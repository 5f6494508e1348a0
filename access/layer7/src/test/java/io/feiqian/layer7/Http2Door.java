package io.feiqian.layer7;

import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.proxy.Verdict;
import io.feiqian.proxy.spi.Guard;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A way in over real connections, from a document as operators write it. */
final class Http2Door implements AutoCloseable {
    private static final Guard OPEN =
            new Guard() {
                @Override
                public boolean isOpen(RouteConfig route) {
                    return true;
                }

                @Override
                public Verdict judge(RouteConfig route, HttpQuestion question, Client client) {
                    return new Verdict.Admitted(Caller.ANYBODY, Map.of());
                }
            };

    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Transport transport = Transport.open(Transport.Kind.EPOLL, 2);
    final Layer7 layer;
    private final Timer timer;

    Http2Door(String document) {
        this(document, Timer.system("door"));
    }

    /**
     * A way in.
     *
     * @param timer by which files of TLS are looked at; closed with this
     */
    Http2Door(String document, Timer timer) {
        this.timer = timer;
        layer =
                Layer7.start(
                        ProxyConfig.type().parse(document),
                        Layer7Parts.of(
                                (question, client, caller) ->
                                        CompletableFuture.completedFuture(HttpAnswer.empty(404)),
                                OPEN,
                                Tracing.none(),
                                metrics,
                                Clock.system(),
                                timer,
                                Randomness.shared(7)),
                        transport);
    }

    /**
     * One listener and one pool.
     *
     * @param listener what else stands at the listener, such as {@code "http2": false}
     * @param pool what else stands at the pool
     * @param route what else stands at the route for everything
     */
    static Http2Door of(String listener, String pool, String route, int... backends) {
        StringBuilder all = new StringBuilder();
        for (int each : backends) {
            all.append(all.isEmpty() ? "" : ",")
                    .append("{\"address\": \"127.0.0.1:%d\"}".formatted(each));
        }
        return new Http2Door(
                """
                {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"] %s}],
                 "routes": [{"name": "shop", "pool": "shop" %s}],
                 "pools": [{"name": "shop", "backends": [%s] %s}]}
                """
                        .formatted(more(listener), more(route), all, more(pool)));
    }

    private static String more(String text) {
        return text.isEmpty() ? "" : ", " + text;
    }

    int port() {
        return layer.port("web");
    }

    boolean stop(Duration patience) {
        return layer.stop(patience);
    }

    @Override
    public void close() {
        layer.close();
        transport.close();
        timer.close();
    }
}

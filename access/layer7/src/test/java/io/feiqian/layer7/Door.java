package io.feiqian.layer7;

import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.AccessLogConfig;
import io.feiqian.proxy.BackendConfig;
import io.feiqian.proxy.BackendTimeouts;
import io.feiqian.proxy.BoundsConfig;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.ClientTimeouts;
import io.feiqian.proxy.ConnectionBounds;
import io.feiqian.proxy.HeadBounds;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RewriteConfig;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.StickyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.proxy.Verdict;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.proxy.spi.Guard;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A way in over real connections, with a configuration that tests change as they like. */
final class Door implements AutoCloseable {
    static final Guard OPEN =
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
    final Timer timer = Timer.system("door");
    private final Transport transport = Transport.open(Transport.Kind.EPOLL, 2);
    final Layer7 layer;

    Door(ProxyConfig config) {
        this(config, UnaryOperator.identity());
    }

    Door(ProxyConfig config, UnaryOperator<Layer7Parts> more) {
        Answering answering =
                (question, client, caller) ->
                        CompletableFuture.completedFuture(
                                HttpAnswer.text(200, "text/plain", "api " + question.path()));
        this.layer =
                Layer7.start(
                        config,
                        more.apply(
                                Layer7Parts.of(
                                        answering,
                                        OPEN,
                                        Tracing.none(),
                                        metrics,
                                        Clock.system(),
                                        timer,
                                        Randomness.shared(7))),
                        transport);
    }

    int port() {
        return layer.port("web");
    }

    @Override
    public void close() {
        layer.close();
        transport.close();
        timer.close();
    }

    /** A configuration put together step by step. */
    static final class Plan {
        private final List<PoolConfig> pools = new ArrayList<>();
        private final List<RouteConfig> routes = new ArrayList<>();
        private ClientTimeouts times = ClientTimeouts.USUAL;
        private List<String> trusted = List.of();
        private BoundsConfig bounds = BoundsConfig.USUAL;
        private AccessLogConfig log = AccessLogConfig.USUAL;

        Plan times(ClientTimeouts newTimes) {
            times = newTimes;
            return this;
        }

        Plan trusting(String... networks) {
            trusted = List.of(networks);
            return this;
        }

        Plan bounds(BoundsConfig newBounds) {
            bounds = newBounds;
            return this;
        }

        Plan log(AccessLogConfig newLog) {
            log = newLog;
            return this;
        }

        Plan pool(String name, Shop... shops) {
            return pool(name, BackendTimeouts.USUAL, StickyConfig.NONE, 1_024, shops);
        }

        Plan pool(
                String name,
                BackendTimeouts timeouts,
                StickyConfig sticky,
                int connections,
                Shop... shops) {
            List<BackendConfig> backends = new ArrayList<>();
            for (Shop each : shops) {
                backends.add(
                        new BackendConfig(
                                "127.0.0.1:" + each.port(),
                                Optional.empty(),
                                100,
                                "",
                                "",
                                "",
                                Map.of()));
            }
            pools.add(
                    new PoolConfig(
                            name,
                            backends,
                            Optional.empty(),
                            PoolConfig.BackendProtocol.HTTP1,
                            io.feiqian.balancing.Way.ROUND_ROBIN,
                            Optional.empty(),
                            sticky,
                            Optional.empty(),
                            true,
                            0.5,
                            Duration.ZERO,
                            0.5,
                            timeouts,
                            connections,
                            Optional.empty(),
                            PoolConfig.ProxyVersion.NONE));
            return this;
        }

        Plan route(String name, String path, String pool) {
            return route(name, path, pool, RewriteConfig.NONE, 1 << 30, Duration.ofSeconds(30), 1);
        }

        Plan route(
                String name,
                String path,
                String pool,
                RewriteConfig rewrite,
                long bodyBytes,
                Duration timeout,
                int retries) {
            routes.add(
                    new RouteConfig(
                            name,
                            List.of(),
                            path,
                            List.of(),
                            new HashMap<>(),
                            pool.isEmpty() ? Optional.empty() : Optional.of(pool),
                            List.of(),
                            pool.isEmpty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Map.of(),
                            List.of(),
                            AccessConfig.ANYBODY,
                            Optional.empty(),
                            rewrite,
                            false,
                            bodyBytes,
                            timeout,
                            retries,
                            Duration.ZERO,
                            Optional.empty(),
                            false));
            return this;
        }

        ProxyConfig config() {
            return new ProxyConfig(
                    List.of(
                            new ListenerConfig(
                                    "web",
                                    ListenerConfig.Protocol.HTTP,
                                    List.of("127.0.0.1:0"),
                                    Optional.empty(),
                                    ListenerConfig.ProxyHeader.NONE,
                                    trusted,
                                    Optional.empty(),
                                    List.of(),
                                    ConnectionBounds.USUAL,
                                    times,
                                    HeadBounds.USUAL,
                                    false)),
                    routes,
                    pools,
                    Map.of(),
                    bounds,
                    log);
        }
    }
}

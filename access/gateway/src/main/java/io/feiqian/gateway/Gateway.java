package io.feiqian.gateway;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.feiqian.layer7.Layer7;
import io.feiqian.layer7.Layer7Parts;
import io.feiqian.layer7.Transport;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Verdict;
import io.feiqian.proxy.spi.Guard;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.Placement;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway: the way in of HTTP ({@link Layer7}) with the services behind it (D5.1-0): serves
 * every method with an HTTP rule of the services it has descriptors of, whichever cell the request
 * belongs to, and whatever else its configuration routes.
 *
 * <p>Runs on a few event loops, which nothing blocks. Needs no registry while it serves: route map
 * and instances are what was known last.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** The name of the listener that stands where nothing else is configured. */
    static final String LISTENER = "http";

    /** Lets everybody in. */
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

    private final Front front;
    private final Layer7 layer;
    private final Timer timer;

    private Gateway(Front front, Layer7 layer, Timer timer) {
        this.front = front;
        this.layer = layer;
        this.timer = timer;
    }

    /**
     * Starts a gateway for all services on the class path and in the configured files.
     *
     * @param clients the way to the cells
     * @param token the admin token; empty refuses everything that is for operators only
     * @param ready whether the way to the cells is known; asked by {@code /health/ready}
     * @throws IllegalArgumentException where a descriptor set cannot be used
     * @throws IllegalStateException where the port cannot be had; the message names it
     */
    public static Gateway start(
            GatewayConfig config,
            CellClients clients,
            Optional<AdminToken> token,
            BooleanSupplier ready,
            Telemetry telemetry,
            Clock clock) {
        return start(
                config,
                clients,
                CallPolicies.NONE,
                token,
                EdgeLabels.none(),
                ready,
                telemetry,
                clock);
    }

    /**
     * The same with rules that judge each request before it is sent on (P6.2.2.5-h), and with
     * labels for requests.
     *
     * @param rules as the side that serves
     * @param labels which label a request gets
     */
    public static Gateway start(
            GatewayConfig config,
            CellClients clients,
            CallPolicies rules,
            Optional<AdminToken> token,
            EdgeLabels labels,
            BooleanSupplier ready,
            Telemetry telemetry,
            Clock clock) {
        List<ServiceDescriptor> services =
                DescriptorSets.load(Gateway.class.getClassLoader(), config.descriptors());
        return start(config, services, clients, rules, token, labels, ready, telemetry, clock);
    }

    /** Starts a gateway for these services, at the address of its configuration. */
    static Gateway start(
            GatewayConfig config,
            List<ServiceDescriptor> services,
            CellClients clients,
            CallPolicies rules,
            Optional<AdminToken> token,
            EdgeLabels labels,
            BooleanSupplier ready,
            Telemetry telemetry,
            Clock clock) {
        return start(
                config,
                config.proxy(),
                services,
                clients,
                rules,
                token,
                labels,
                ready,
                telemetry,
                clock,
                UnaryOperator.identity(),
                Transport.best());
    }

    /**
     * Starts a gateway that goes by a document of the configuration.
     *
     * @param proxy listeners, routes and pools; another one may be taken while it runs
     * @param services whose methods its API routes serve
     * @param parts what it works with besides: guards, cells, rules, pools
     * @param transport how bytes come and go
     */
    public static Gateway start(
            GatewayConfig config,
            ProxyConfig proxy,
            List<ServiceDescriptor> services,
            CellClients clients,
            CallPolicies rules,
            Optional<AdminToken> token,
            EdgeLabels labels,
            BooleanSupplier ready,
            Telemetry telemetry,
            Clock clock,
            UnaryOperator<Layer7Parts> parts,
            Transport transport) {
        RouteTable routes = RouteTable.of(services);
        Randomness random = Randomness.secure();
        LOG.info("{} paths of {} services", routes.methods().size(), services.size());
        Front front =
                new Front(
                        routes,
                        new Api(config, clients, rules, token, labels, clock, telemetry.tracing()),
                        new Front.Own(
                                ready,
                                telemetry::prometheusText,
                                new TraceNumbers(
                                        config.channel(),
                                        clock,
                                        random,
                                        new Placement(clients, random))),
                        clock,
                        telemetry.metrics());
        Timer timer = Timer.system("gateway");
        Layer7Parts all =
                parts.apply(
                        Layer7Parts.of(
                                front,
                                OPEN,
                                telemetry.tracing(),
                                telemetry.metrics(),
                                clock,
                                timer,
                                Randomness.shared(random.nextLong())));
        try {
            return new Gateway(front, Layer7.start(proxy, all, transport, 0), timer);
        } catch (RuntimeException refused) {
            timer.close();
            throw refused;
        }
    }

    /** The port of its first listener. */
    public int port() {
        return layer.addresses().values().iterator().next().getFirst().getPort();
    }

    /** The way in, whose configuration may be changed while it runs. */
    public Layer7 layer7() {
        return layer;
    }

    /**
     * Stops in order and blocks until it is over: accepts no connection, refuses new calls, waits
     * for requests in flight, closes.
     *
     * @param patience how long requests in flight may take; then they are cut off
     * @return whether all of them were answered
     */
    public boolean stop(Duration patience) {
        front.stop();
        boolean all = layer.stop(patience);
        timer.close();
        return all;
    }

    /** Stops without patience. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }
}

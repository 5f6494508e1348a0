package io.feiqian.gateway;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.feiqian.balancing.Place;
import io.feiqian.layer7.CellSteering;
import io.feiqian.proxy.AuthenticatorConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.proxy.spi.BackendSource;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.telemetry.Telemetry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway: the way in of both layers ({@link DataPlane}) with the services behind it (D5.1-0):
 * serves every method with an HTTP rule of the services it knows, whichever cell the request
 * belongs to, and whatever else its configuration routes.
 *
 * <p>Runs on a few event loops, which nothing blocks. Needs no registry while it serves: route map
 * and instances are what was known last.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** The name of the listener that stands where nothing else is configured. */
    static final String LISTENER = "http";

    /**
     * What a gateway is besides its configuration.
     *
     * @param name its name
     * @param folder where operators' orders are kept; empty for nowhere
     * @param here where it runs
     * @param cells who knows the cells of requests to pools; null for none
     * @param incoming rules over requests to pools, as the side that serves
     * @param outgoing the same, as the side that calls
     * @param services who knows the instances of services
     * @param besides who answers API routes whose path begins so, instead of the services
     * @param ready whether the way to the cells is known; asked by {@code /health/ready}
     */
    public record Setting(
            String name,
            Optional<Path> folder,
            Place here,
            @Nullable CellSteering cells,
            CallPolicies incoming,
            CallPolicies outgoing,
            BackendSource services,
            Map<String, Answering> besides,
            BooleanSupplier ready) {
        /** Takes a copy. */
        public Setting {
            besides = Map.copyOf(besides);
        }

        /** One without cells, rules or registry. */
        public static Setting alone(String name, Optional<Path> folder) {
            return new Setting(
                    name,
                    folder,
                    Place.UNKNOWN,
                    null,
                    CallPolicies.NONE,
                    CallPolicies.NONE,
                    BackendSource.none(),
                    Map.of(),
                    () -> true);
        }

        /** The same at this place. */
        public Setting at(Place place) {
            return new Setting(
                    name, folder, place, cells, incoming, outgoing, services, besides, ready);
        }
    }

    private final Front front;
    private final Guards guards;
    private final DataPlane plane;
    private final AtomicReference<ProxyConfig> described;
    private final Timer timer;

    private Gateway(
            Front front,
            Guards guards,
            DataPlane plane,
            AtomicReference<ProxyConfig> described,
            Timer timer) {
        this.front = front;
        this.guards = guards;
        this.plane = plane;
        this.described = described;
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
                DescriptorSets.load(Gateway.class.getClassLoader(), config.descriptors()),
                clients,
                CallPolicies.NONE,
                token,
                EdgeLabels.none(),
                ready,
                telemetry,
                clock);
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
        RouteTable routes = RouteTable.of(services);
        LOG.info("{} paths of {} services", routes.methods().size(), services.size());
        Setting usual = Setting.alone("gateway", Optional.empty());
        return start(
                config,
                config.proxy(),
                Optional.of(new ApiParts(clients, rules, token, labels, () -> routes)),
                new Setting(
                        usual.name(),
                        usual.folder(),
                        usual.here(),
                        usual.cells(),
                        usual.incoming(),
                        usual.outgoing(),
                        usual.services(),
                        usual.besides(),
                        ready),
                Transport.usual(),
                telemetry,
                clock);
    }

    /**
     * Starts a gateway whose contracts are learnt while it runs.
     *
     * @param proxy listeners, routes and pools; another one may be taken while it runs
     * @param rules what judges each call of a service, as the side that serves
     * @param transport how bytes come and go; closed with the gateway
     */
    public static Gateway start(
            GatewayConfig config,
            ProxyConfig proxy,
            LearntServices services,
            CellClients clients,
            CallPolicies rules,
            Optional<AdminToken> token,
            EdgeLabels labels,
            Setting setting,
            Transport transport,
            Telemetry telemetry,
            Clock clock) {
        return start(
                config,
                proxy,
                Optional.of(new ApiParts(clients, rules, token, labels, services::routes)),
                setting,
                transport,
                telemetry,
                clock);
    }

    /** Starts a gateway without services: a load balancer of its own. */
    public static Gateway start(
            ProxyConfig proxy,
            Setting setting,
            Transport transport,
            Telemetry telemetry,
            Clock clock) {
        return start(
                GatewayConfig.DEFAULT,
                proxy,
                Optional.empty(),
                setting,
                transport,
                telemetry,
                clock);
    }

    private static Gateway start(
            GatewayConfig config,
            ProxyConfig proxy,
            Optional<ApiParts> api,
            Setting setting,
            Transport transport,
            Telemetry telemetry,
            Clock clock) {
        Timer timer = Timer.system("gateway");
        Guards guards = new Guards(clock, timer, telemetry.metrics());
        // What the description of the API says of access follows the configuration in force.
        AtomicReference<ProxyConfig> described = new AtomicReference<>(proxy);
        Front front =
                new Front(
                        api.map(each ->
                                ServiceApi.of(config, each, described::get, telemetry, clock)),
                        setting.besides(),
                        new Front.Own(setting.ready(), telemetry::prometheusText),
                        clock,
                        telemetry.metrics());
        DataPlaneParts parts =
                new DataPlaneParts(
                        setting.name(),
                        setting.folder(),
                        setting.here(),
                        front,
                        guards,
                        setting.cells(),
                        setting.incoming(),
                        setting.outgoing(),
                        setting.services(),
                        telemetry,
                        clock,
                        timer,
                        Randomness.shared(Randomness.secure().nextLong()));
        try {
            guards.apply(proxy.authenticators());
            DataPlane plane = DataPlane.start(parts, transport, proxy);
            return new Gateway(front, guards, plane, described, timer);
        } catch (RuntimeException refused) {
            guards.close();
            timer.close();
            throw refused;
        }
    }

    /**
     * Goes by another configuration from now on. Requests in flight end by the one they began with.
     *
     * @throws IllegalStateException where it cannot be taken; then it goes on by the one before
     */
    public synchronized void take(ProxyConfig next) {
        ProxyConfig before = plane.config();
        // In between requests of both configurations find those who know their callers.
        Map<String, AuthenticatorConfig> both = new HashMap<>(before.authenticators());
        both.putAll(next.authenticators());
        guards.apply(both);
        try {
            plane.take(next);
            described.set(next);
        } finally {
            guards.apply(plane.config().authenticators());
        }
    }

    /** Both layers of the way in. */
    public DataPlane plane() {
        return plane;
    }

    /** The port of its first listener. */
    public int port() {
        String first = plane.config().listeners().getFirst().name();
        return plane.addresses().getOrDefault(first, List.of()).getFirst().getPort();
    }

    /**
     * Stops in order and blocks until it is over: accepts no connection, refuses new calls, waits
     * for what is in flight, closes.
     *
     * @param patience how long requests in flight may take; then they are cut off
     * @return whether all of them were answered
     */
    public boolean stop(Duration patience) {
        front.stop();
        boolean all = plane.stop(patience);
        guards.close();
        timer.close();
        return all;
    }

    /** Stops without patience. */
    @Override
    public void close() {
        var _ = stop(Duration.ZERO);
    }
}

package io.feiqian.gateway;

import io.feiqian.configuration.ConfigurationException;
import io.feiqian.configuration.DocumentType;
import io.feiqian.gateway.spi.GatewayOperations;
import io.feiqian.proxy.BackendState;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.Network;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A running gateway as its operators see and order it. Thread-safe. */
public final class LiveGateway implements GatewayOperations {
    private final String name;
    private final DataPlane plane;
    private final Instant startedAt;
    private final RouteActivity activity;
    private final GatewayGauges gauges;
    private final Supplier<GatewayStatus.Document> document;
    private final Supplier<GatewayStatus.Contracts> contracts;
    private final Function<String, ProxyConfig> reading;

    /**
     * A gateway.
     *
     * @param document which configuration is in force
     * @param contracts which services it serves by their contracts
     * @param reading reads a document, with its secrets; throws where it is refused
     */
    public LiveGateway(
            String name,
            DataPlane plane,
            MeterRegistry metrics,
            Clock clock,
            Supplier<GatewayStatus.Document> document,
            Supplier<GatewayStatus.Contracts> contracts,
            Function<String, ProxyConfig> reading) {
        this.name = name;
        this.plane = plane;
        this.startedAt = clock.now();
        this.activity = new RouteActivity(metrics, clock);
        this.gauges = new GatewayGauges(plane, metrics, document);
        this.document = document;
        this.contracts = contracts;
        this.reading = reading;
    }

    /** Notes what came, and what alarms look at; to be said every few seconds, by one thread. */
    public void sample() {
        activity.sample();
        gauges.sample();
    }

    @Override
    public GatewayStatus status() {
        ProxyConfig config = plane.config();
        return new GatewayStatus(
                name,
                startedAt.toString(),
                plane.layer7().isStopping(),
                document.get(),
                plane.gate().open(),
                plane.layer7().requests(),
                listeners(config),
                pools(config),
                activity.lately(),
                activity.cellsLately(),
                contracts.get(),
                plane.orders().blockedClients().stream().map(LiveGateway::text).toList(),
                refusals());
    }

    private List<GatewayStatus.Listener> listeners(ProxyConfig config) {
        var addresses = plane.addresses();
        List<GatewayStatus.Listener> all = new ArrayList<>();
        for (ListenerConfig each : config.listeners()) {
            all.add(
                    new GatewayStatus.Listener(
                            each.name(),
                            each.protocol().name(),
                            addresses.getOrDefault(each.name(), List.of()).stream()
                                    .map(at -> at.getHostString() + ":" + at.getPort())
                                    .toList(),
                            each.tls().isPresent(),
                            plane.gate().door(each.name()).open()));
        }
        return all;
    }

    private List<GatewayStatus.BackendGroup> pools(ProxyConfig config) {
        Map<String, List<BackendState>> states =
                plane.pools().states().stream().collect(Collectors.groupingBy(BackendState::pool));
        List<GatewayStatus.BackendGroup> all = new ArrayList<>();
        for (PoolConfig each : config.pools()) {
            all.add(
                    new GatewayStatus.BackendGroup(
                            each.name(),
                            each.way().name(),
                            states.getOrDefault(each.name(), List.of()).stream()
                                    .map(LiveGateway::backend)
                                    .toList()));
        }
        return all;
    }

    private static GatewayStatus.BackendState backend(BackendState state) {
        return new GatewayStatus.BackendState(
                state.name(),
                state.address(),
                state.cell(),
                state.order().weight().orElse(state.configured()),
                state.configured(),
                state.order().blocked() ? "blocked" : state.order().drained() ? "drained" : "",
                state.health() == BackendState.Health.DOWN
                        ? "unhealthy"
                        : state.ejected() ? "ejected" : "serving",
                state.detail(),
                state.outstanding());
    }

    private List<GatewayStatus.Refusals> refusals() {
        List<GatewayStatus.Refusals> all = new ArrayList<>();
        plane.gate()
                .refusals()
                .forEach((why, count) -> {
                    if (count > 0) {
                        all.add(new GatewayStatus.Refusals(words(why), count));
                    }
                });
        return all;
    }

    private static String words(ConnectionGate.Refusal why) {
        return switch (why) {
            case ALL -> "connections of all listeners";
            case LISTENER -> "connections of a listener";
            case RATE -> "new connections in a second";
            case CLIENT -> "connections of a client";
            case CLIENT_RATE -> "new connections of a client in a second";
            case BLOCKED -> "clients who are blocked";
        };
    }

    @Override
    public String document() {
        return DocumentType.written(plane.config());
    }

    @Override
    public void weigh(String pool, String backend, int weight) {
        ordered(() ->
                plane.orders()
                        .weight(
                                pool,
                                backend,
                                weight < 0 ? OptionalInt.empty() : OptionalInt.of(weight)));
    }

    @Override
    public void drain(String pool, String backend, boolean drained) {
        ordered(() -> plane.orders().drain(pool, backend, drained));
    }

    @Override
    public void block(String pool, String backend, boolean blocked) {
        ordered(() -> plane.orders().block(pool, backend, blocked));
    }

    @Override
    public void block(Network clients, boolean blocked) {
        ordered(() -> {
            if (blocked) {
                plane.orders().blockClient(clients);
            } else {
                plane.orders().unblockClient(clients);
            }
        });
    }

    @Override
    public String check(String written) {
        try {
            var _ = reading.apply(written);
            return "";
        } catch (ConfigurationException | IllegalStateException wrong) {
            return String.valueOf(wrong.getMessage());
        }
    }

    private static void ordered(Runnable order) {
        try {
            order.run();
        } catch (IllegalArgumentException tooMany) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, String.valueOf(tooMany.getMessage()), tooMany);
        }
    }

    private static String text(Network network) {
        return network.address() + "/" + network.bits();
    }
}

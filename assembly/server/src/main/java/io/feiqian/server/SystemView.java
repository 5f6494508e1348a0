package io.feiqian.server;

import io.feiqian.bank.InstanceControl.RegistrySays;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.Feiqian;
import io.feiqian.registry.Document;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.routing.RegisteredRoutes;
import io.feiqian.routing.RouteHistory;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.CellInstances;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.Registration;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.CellId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The system as one process sees it: the route map and where the cells' instances are. Follows the
 * registry while that answers; otherwise goes by what it said last, and where it never said
 * anything, by the process's own configuration (the third law). Thread-safe.
 */
final class SystemView implements CellInstances, AutoCloseable {
    static final String CELLS = "cell";

    private static final String GATEWAY = "gateway";

    /** Under this role an instance that is drained is registered too. */
    static final String DRAINING = "cell-draining";

    /** The label that says which build an instance is. */
    static final String VERSION = "version";

    /** A registry that is starting beside us is not waited for: it tells us when it is there. */
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private static final Duration PUBLISH_AGAIN = Duration.ofSeconds(3);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Registry registry;
    private final Routes routes;
    private final Map<CellId, List<Endpoint>> configured;
    private volatile Map<CellId, List<Endpoint>> registered = Map.of();
    private volatile Set<String> draining = Set.of();

    private SystemView(Registry registry, Routes routes, Map<CellId, List<Endpoint>> configured) {
        this.registry = registry;
        this.routes = routes;
        this.configured = configured;
    }

    /**
     * Opens the view and begins to follow the registry.
     *
     * @param address the registry's, as {@link RegistryAddress} has it
     * @param process the name of this process
     * @param snapshot where what the registry said last is kept
     * @param firstRouteMap the bank's first route map
     * @param configured where the instances are by configuration
     */
    static SystemView open(
            String address,
            String process,
            Path snapshot,
            Path firstRouteMap,
            List<KnownInstance> configured) {
        RouteMap fallback = read(firstRouteMap);
        Registry registry = RegistryAddress.parse(address).open(process, snapshot);
        Routes routes = RegisteredRoutes.follow(registry, fallback, PATIENCE);
        SystemView view = new SystemView(registry, routes, byCell(configured));
        registry.watchInstances(CELLS, view::learn);
        registry.watchInstances(DRAINING, view::learnDraining);
        return view;
    }

    /** The registry itself, for documents that are not the route map; closed with this view. */
    Registry followed() {
        return registry;
    }

    /** The route map that this process goes by. */
    Routes routes() {
        return routes;
    }

    /**
     * The instances of the cell that take new work. Where all of them are drained they are the
     * answer, since they still finish what others began.
     */
    @Override
    public List<Endpoint> of(CellId cell) {
        List<Endpoint> known = registered.get(cell);
        List<Endpoint> all = known != null ? known : configured.getOrDefault(cell, List.of());
        Set<String> drained = draining;
        if (drained.isEmpty()
                || all.stream().noneMatch(each -> drained.contains(each.instance()))) {
            return all;
        }
        List<Endpoint> serving =
                all.stream().filter(each -> !drained.contains(each.instance())).toList();
        return serving.isEmpty() ? all : serving;
    }

    /**
     * How an instance of a cell tells the registry that it is there.
     *
     * @param port where it listens
     * @param labels further facts for who chooses among the cell's instances
     */
    Registration registrationOf(
            CellId cell, String name, String host, int port, Map<String, String> labels) {
        Map<String, String> all = new HashMap<>(labels);
        all.putIfAbsent(VERSION, Feiqian.VERSION);
        return new InstanceRegistration(
                registry,
                new ServiceInstance(CELLS, Optional.of(cell), name, host, port, all),
                new ServiceInstance(
                        DRAINING,
                        Optional.of(cell),
                        name,
                        host,
                        port,
                        Map.of(ServiceInstance.ENDS_WITH_LEASE, "true")));
    }

    /** The instances of all cells that take new work. */
    List<Endpoint> all() {
        return routes.current().cells().stream().flatMap(each -> of(each).stream()).toList();
    }

    /** Tells the registry, for operators who look, that a gateway is there. */
    io.feiqian.registry.spi.Registration registerGateway(String name, String host, int port) {
        return registry.register(
                new ServiceInstance(
                        GATEWAY,
                        Optional.empty(),
                        name,
                        host,
                        port,
                        Map.of(VERSION, Feiqian.VERSION)),
                () -> true);
    }

    /** What the registry says now, or else what it said last. */
    RegistrySays registry() {
        Optional<Document> document;
        boolean answers = true;
        try {
            document =
                    registry.fetch(RegisteredRoutes.DOCUMENT)
                            .orTimeout(LOOK.toMillis(), TimeUnit.MILLISECONDS)
                            .join();
        } catch (CompletionException silent) {
            answers = false;
            document = registry.document(RegisteredRoutes.DOCUMENT);
        }
        return new RegistrySays(
                answers,
                document.flatMap(RegisteredRoutes::map),
                document.map(RegisteredRoutes::history).orElse(RouteHistory.NONE),
                registry.instances(CELLS),
                List.copyOf(draining));
    }

    /**
     * Puts the route map that is known here into a registry that has none or an older one, as a new
     * or a lost registry does; tries until the registry answers.
     *
     * @param self who does so, for the map's history
     */
    void publishRoutes(String self, Clock clock, Timer timer) {
        RouteHistory.Order order =
                new RouteHistory.Order(
                        self, "the registry had none or an older one", millis(clock));
        var _ =
                RegisteredRoutes.publish(registry, routes.current(), order)
                        .whenComplete((published, failure) -> {
                            if (failure != null) {
                                timer.after(PUBLISH_AGAIN, () -> publishRoutes(self, clock, timer));
                            } else {
                                routes.offer(published);
                            }
                        });
    }

    @Override
    public void close() {
        registry.close();
    }

    private static long millis(Clock clock) {
        return clock.now().toEpochMilli();
    }

    private void learnDraining(List<ServiceInstance> found) {
        draining = found.stream().map(ServiceInstance::id).collect(Collectors.toUnmodifiableSet());
    }

    private void learn(List<ServiceInstance> found) {
        Map<CellId, List<Endpoint>> byCell = new TreeMap<>();
        for (ServiceInstance each : found) {
            each.cell()
                    .ifPresent(cell ->
                            byCell.computeIfAbsent(cell, _ -> new ArrayList<>())
                                    .add(
                                            new Endpoint(
                                                    each.id(),
                                                    each.host(),
                                                    each.port(),
                                                    each.labels())));
        }
        registered = copyOf(byCell);
    }

    private static Map<CellId, List<Endpoint>> byCell(List<KnownInstance> configured) {
        Map<CellId, List<Endpoint>> byCell = new TreeMap<>();
        for (KnownInstance each : configured) {
            byCell.computeIfAbsent(new CellId(each.cell()), _ -> new ArrayList<>())
                    .add(new Endpoint(each.name(), each.host(), each.port()));
        }
        return copyOf(byCell);
    }

    private static Map<CellId, List<Endpoint>> copyOf(Map<CellId, List<Endpoint>> byCell) {
        byCell.replaceAll((cell, list) -> list.stream().sorted().toList());
        return Map.copyOf(byCell);
    }

    private static RouteMap read(Path file) {
        try {
            return RouteMap.parse(Files.readString(file));
        } catch (IOException unreadable) {
            throw CommandFailure.unreadable(
                    "route map",
                    file,
                    unreadable,
                    "Name the bank's with 'firstRouteMapFile'; 'feiqian dev' writes one.");
        }
    }
}

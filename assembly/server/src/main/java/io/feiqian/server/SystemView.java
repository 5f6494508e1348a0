package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.spi.Registry;
import io.feiqian.routing.RegisteredRoutes;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.CellInstances;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.Registration;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.CellId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The system as one process sees it: the route map and where the cells' instances are. Follows the
 * registry while that answers; otherwise goes by what it said last, and where it never said
 * anything, by the process's own configuration (the third law). Thread-safe.
 */
final class SystemView implements CellInstances, AutoCloseable {
    private static final String CELLS = "cell";

    /** A registry that is starting beside us is not waited for: it tells us when it is there. */
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final Duration PUBLISH_AGAIN = Duration.ofSeconds(3);

    private final Registry registry;
    private final Routes routes;
    private final Map<CellId, List<Endpoint>> configured;
    private volatile Map<CellId, List<Endpoint>> registered = Map.of();

    private SystemView(Registry registry, Routes routes, Map<CellId, List<Endpoint>> configured) {
        this.registry = registry;
        this.routes = routes;
        this.configured = configured;
    }

    /**
     * Opens the view and begins to follow the registry.
     *
     * @param address the registry's, {@code host:port}, several separated by commas
     * @param snapshot where what the registry said last is kept
     * @param firstRouteMap the bank's first route map
     * @param configured where the instances are by configuration
     */
    static SystemView open(
            String address, Path snapshot, Path firstRouteMap, List<KnownInstance> configured) {
        RouteMap fallback = read(firstRouteMap);
        Registry registry =
                ZooKeeperRegistry.start(
                        new ZooKeeperConfig(
                                address, Optional.of(snapshot), PATIENCE, LEASE, GRACE));
        Routes routes = RegisteredRoutes.follow(registry, fallback, PATIENCE);
        SystemView view = new SystemView(registry, routes, byCell(configured));
        registry.watchInstances(CELLS, view::learn);
        return view;
    }

    /** The route map that this process goes by. */
    Routes routes() {
        return routes;
    }

    @Override
    public List<Endpoint> of(CellId cell) {
        List<Endpoint> known = registered.get(cell);
        return known != null ? known : configured.getOrDefault(cell, List.of());
    }

    /** How an instance of a cell tells the registry that it is there. */
    Registration registrationOf(CellId cell, String name, String host) {
        AtomicReference<Optional<io.feiqian.registry.spi.Registration>> held =
                new AtomicReference<>(Optional.empty());
        return new Registration() {
            @Override
            public void register(int port) {
                ServiceInstance instance = ServiceInstance.of(cell, name, host, port);
                held.set(Optional.of(registry.register(instance, () -> true)));
            }

            @Override
            public void deregister() {
                held.getAndSet(Optional.empty())
                        .ifPresent(io.feiqian.registry.spi.Registration::close);
            }
        };
    }

    /**
     * Puts the route map that is known here into a registry that has none or an older one, as a new
     * or a lost registry does; tries until the registry answers.
     */
    void publishRoutes(Timer timer) {
        var _ =
                RegisteredRoutes.publish(registry, routes.current())
                        .whenComplete((published, failure) -> {
                            if (failure != null) {
                                timer.after(PUBLISH_AGAIN, () -> publishRoutes(timer));
                            } else {
                                routes.offer(published);
                            }
                        });
    }

    @Override
    public void close() {
        registry.close();
    }

    private void learn(List<ServiceInstance> found) {
        Map<CellId, List<Endpoint>> byCell = new TreeMap<>();
        for (ServiceInstance each : found) {
            each.cell()
                    .ifPresent(cell ->
                            byCell.computeIfAbsent(cell, _ -> new ArrayList<>())
                                    .add(new Endpoint(each.id(), each.host(), each.port())));
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
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "route map " + file + " cannot be read: " + unreadable.getMessage(),
                    "'feiqian dev' writes one.",
                    unreadable);
        }
    }
}

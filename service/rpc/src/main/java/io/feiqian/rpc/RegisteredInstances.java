package io.feiqian.rpc;

import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.CellId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The instances of cells as the registry's watch brings them; while the registry is down, as they
 * were known last. Thread-safe.
 */
public final class RegisteredInstances implements CellInstances, AutoCloseable {
    /** The role that instances of cells are registered under. */
    public static final String ROLE = "cell";

    private final Runnable unwatch;
    private volatile Map<CellId, List<Endpoint>> byCell = Map.of();

    /** The instances of this registry. */
    public RegisteredInstances(Registry registry) {
        this.unwatch = registry.watchInstances(ROLE, this::take);
    }

    @Override
    public List<Endpoint> of(CellId cell) {
        return byCell.getOrDefault(cell, List.of());
    }

    /** Whether any instance of any cell is known. */
    public boolean isAnyKnown() {
        return !byCell.isEmpty();
    }

    /** Ends the watch; what is known stays. */
    @Override
    public void close() {
        unwatch.run();
    }

    private void take(List<ServiceInstance> instances) {
        Map<CellId, List<Endpoint>> next = new HashMap<>();
        for (ServiceInstance each : instances) {
            each.cell()
                    .ifPresent(cell ->
                            next.computeIfAbsent(cell, id -> new ArrayList<>())
                                    .add(new Endpoint(each.id(), each.host(), each.port())));
        }
        next.values().forEach(Collections::sort);
        byCell = Map.copyOf(next);
    }
}

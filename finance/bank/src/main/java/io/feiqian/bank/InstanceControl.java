package io.feiqian.bank;

import io.feiqian.registry.ServiceInstance;
import io.feiqian.routing.RouteHistory;
import io.feiqian.routing.RouteMap;
import java.util.List;
import java.util.Optional;

/** The process of an instance, as its operators' desk needs it. Thread-safe. */
public interface InstanceControl {
    /**
     * What the registry says.
     *
     * @param answers whether it says so now; otherwise it said so last
     * @param map its route map; empty where it has none
     * @param history the versions it remembers
     * @param instances the instances of cells that are registered
     * @param draining the names of those that are not to be chosen for new work
     */
    record RegistrySays(
            boolean answers,
            Optional<RouteMap> map,
            RouteHistory history,
            List<ServiceInstance> instances,
            List<String> draining) {
        /** Copies the lists. */
        public RegistrySays {
            instances = List.copyOf(instances);
            draining = List.copyOf(draining);
        }
    }

    /** Refuses new work from now on; does not wait. */
    void drain();

    /** Takes new work again. */
    void resume();

    /** Whether new work is taken. */
    boolean isServing();

    /** How much new work is in flight. */
    int inFlight();

    /** When the process started, in milliseconds since 1970. */
    long startedMillis();

    /** What the registry says; waits for it a second at most. */
    RegistrySays registry();

    /** Ends the process in order, a moment later. */
    void end();
}

package io.feiqian.chaos;

import io.feiqian.cli.ProcessEntry.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is done to which kind of process. A run in which one of these never happened is void. */
enum FaultKind {
    KILL_CELL(Role.CELL, false),
    PAUSE_CELL(Role.CELL, true),
    KILL_DATABASE(Role.DATABASE, false),
    PAUSE_DATABASE(Role.DATABASE, true),
    KILL_REGISTRY(Role.REGISTRY, false),
    PAUSE_REGISTRY(Role.REGISTRY, true),
    /** The registry loses all it knew, and is started again. */
    EMPTY_REGISTRY(Role.REGISTRY, false),
    KILL_GATEWAY(Role.GATEWAY, false),
    PAUSE_GATEWAY(Role.GATEWAY, true),
    /** An instance of a service of one's own, which is started again. */
    KILL_SERVICE(false),
    PAUSE_SERVICE(true),
    /** An instance that never comes back: the others of its service finish what it began. */
    END_SERVICE(false),
    /** The database server of a service, which is started again. */
    KILL_POSTGRESQL(Product.POSTGRESQL, false),
    PAUSE_POSTGRESQL(Product.POSTGRESQL, true),
    KILL_MARIADB(Product.MARIADB, false),
    PAUSE_MARIADB(Product.MARIADB, true),
    /** Connections between two services break, and new ones too. */
    CUT_NETWORK(true),
    /** What is said between two services arrives much later. */
    STALL_NETWORK(true),
    /** An instance of a cell, in order and while the others serve: no fault at all. */
    ROLLING_RESTART(false),
    /** Half of a fleet cannot reach the registry, the other half can. */
    CUT_FROM_REGISTRY(true),
    /** The time of day at one process is another for a while. */
    JUMP_CLOCK(true),
    /** Two thousand instances leave and come back at once. */
    RESTART_CROWD(false),
    /** A provider takes calls and answers none. */
    HANG_PROVIDER(true),
    /** A provider answers late. */
    SLOW_PROVIDER(true),
    /** What a provider answers arrives as nonsense. */
    GARBLE_PROVIDER(true),
    /** A provider goes and comes back, several times within seconds. */
    FLAP_PROVIDER(true),
    /** The registry holds a document of policies that is none. */
    BREAK_POLICY(true),
    /** Policies are published while half of the fleet cannot reach the registry. */
    CUT_POLICY(true),
    /** A backend of a gateway dies, and comes back. */
    KILL_BACKEND(true),
    /** A backend takes requests and answers none. */
    HANG_BACKEND(true),
    /** A backend answers late. */
    SLOW_BACKEND(true),
    /** A backend breaks its answers off in their middle. */
    BREAK_OFF_BACKEND(true),
    /** A backend answers what is no answer, or more than was asked for. */
    GARBLE_BACKEND(true),
    /** All backends die at once. */
    KILL_BACKENDS(false),
    /** The document of a gateway is changed while it runs: no fault at all. */
    CHANGE_DOCUMENT(false),
    /** The document of a gateway becomes nonsense, then one that cannot be taken. */
    BREAK_DOCUMENT(true),
    /** Nothing can be written any more. */
    FILL_DISK(true),
    /** Connections come at ten times the rate, and in ten times the number, that is let in. */
    FLOOD_GATEWAY(false),
    /** Clients send a byte now and then. */
    DRIP_GATEWAY(false),
    /** A gateway stops in order and is started again: no fault at all. */
    RESTART_GATEWAY(false);

    private static final Set<FaultKind> OF_GATEWAY =
            Set.of(
                    KILL_BACKEND,
                    HANG_BACKEND,
                    SLOW_BACKEND,
                    BREAK_OFF_BACKEND,
                    GARBLE_BACKEND,
                    KILL_BACKENDS,
                    KILL_REGISTRY,
                    CHANGE_DOCUMENT,
                    BREAK_DOCUMENT,
                    FILL_DISK,
                    FLOOD_GATEWAY,
                    DRIP_GATEWAY,
                    KILL_GATEWAY,
                    RESTART_GATEWAY);

    private static final Set<FaultKind> OF_FLEET =
            Set.of(
                    KILL_REGISTRY,
                    PAUSE_REGISTRY,
                    EMPTY_REGISTRY,
                    CUT_FROM_REGISTRY,
                    JUMP_CLOCK,
                    RESTART_CROWD,
                    HANG_PROVIDER,
                    SLOW_PROVIDER,
                    GARBLE_PROVIDER,
                    FLAP_PROVIDER,
                    BREAK_POLICY,
                    CUT_POLICY);

    private final Optional<Role> role;
    private final Optional<Product> product;
    private final boolean pause;

    FaultKind(Role role, boolean pause) {
        this.role = Optional.of(role);
        this.product = Optional.empty();
        this.pause = pause;
    }

    FaultKind(Product product, boolean pause) {
        this.role = Optional.empty();
        this.product = Optional.of(product);
        this.pause = pause;
    }

    FaultKind(boolean pause) {
        this.role = Optional.empty();
        this.product = Optional.empty();
        this.pause = pause;
    }

    /** The faults of a bank. */
    static List<FaultKind> ofBank() {
        return Arrays.stream(values()).filter(each -> each.role.isPresent()).toList();
    }

    /** The faults of the registry alone, which nobody who calls may notice. */
    static List<FaultKind> ofRegistry() {
        return Arrays.stream(values())
                .filter(each -> each.role.filter(Role.REGISTRY::equals).isPresent())
                .toList();
    }

    /** The faults of services of one's own. */
    static List<FaultKind> ofServices() {
        return Arrays.stream(values())
                .filter(each ->
                        each.role.isEmpty()
                                && each != ROLLING_RESTART
                                && !OF_FLEET.contains(each)
                                && !OF_GATEWAY.contains(each))
                .toList();
    }

    /** The faults of a fleet, which nobody who calls may notice. */
    static List<FaultKind> ofFleet() {
        return Arrays.stream(values()).filter(OF_FLEET::contains).toList();
    }

    /** The faults of a gateway with the clients before it and the backends behind it. */
    static List<FaultKind> ofGateway() {
        return Arrays.stream(values()).filter(OF_GATEWAY::contains).toList();
    }

    /** Whom of the bank's processes it befalls; empty for a fault of services. */
    Optional<Role> role() {
        return role;
    }

    /** What database of a service it befalls; empty for another fault. */
    Optional<Product> product() {
        return product;
    }

    /** Whether the victim goes on afterwards, with everything it believed before. */
    boolean isPause() {
        return pause;
    }
}

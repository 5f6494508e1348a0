package io.feiqian.chaos;

import io.feiqian.cli.ProcessEntry.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
    ROLLING_RESTART(false);

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
                .filter(each -> each.role.isEmpty() && each != ROLLING_RESTART)
                .toList();
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

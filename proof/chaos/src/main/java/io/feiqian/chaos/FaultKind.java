package io.feiqian.chaos;

import io.feiqian.cli.ProcessEntry.Role;

/** What is done to which kind of process. A run in which one of these never happened is void. */
enum FaultKind {
    KILL_CELL(Role.CELL, false),
    PAUSE_CELL(Role.CELL, true),
    KILL_DATABASE(Role.DATABASE, false),
    PAUSE_DATABASE(Role.DATABASE, true),
    KILL_REGISTRY(Role.REGISTRY, false),
    PAUSE_REGISTRY(Role.REGISTRY, true),
    KILL_GATEWAY(Role.GATEWAY, false),
    PAUSE_GATEWAY(Role.GATEWAY, true);

    private final Role role;
    private final boolean pause;

    FaultKind(Role role, boolean pause) {
        this.role = role;
        this.pause = pause;
    }

    /** Whom it befalls. */
    Role role() {
        return role;
    }

    /** Whether the process goes on afterwards, with everything it believed before. */
    boolean isPause() {
        return pause;
    }
}

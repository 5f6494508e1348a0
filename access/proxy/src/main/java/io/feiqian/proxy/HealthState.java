package io.feiqian.proxy;

/**
 * What the checks of one backend have come to: so many bad ones in a row take it out, so many good
 * ones bring it back. A new one is up. Immutable.
 *
 * @param up whether it is up
 * @param streak how many in a row said the opposite
 */
record HealthState(boolean up, int streak) {
    static final HealthState NEW = new HealthState(true, 0);

    /** What it is called. */
    BackendState.Health health() {
        if (up) {
            return BackendState.Health.UP;
        }
        return streak > 0 ? BackendState.Health.RISING : BackendState.Health.DOWN;
    }

    /** After another check. */
    HealthState after(boolean good, HealthCheckConfig rules) {
        if (good == up) {
            return new HealthState(up, 0);
        }
        int needed = up ? rules.fall() : rules.rise();
        return streak + 1 >= needed ? new HealthState(!up, 0) : new HealthState(up, streak + 1);
    }
}

package io.feiqian.simulation.services;

import io.feiqian.simulation.Rule;
import io.feiqian.simulation.Rules;
import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.events.Dice;

/**
 * How wild a run is; drawn from its seed.
 *
 * @param instances how many processes a service has
 * @param faultMicros for how long faults happen
 * @param lose messages lost, in a thousand
 * @param repeat messages repeated
 * @param slow messages delayed
 * @param loseConnection round trips at which the connection is lost, in a thousand
 * @param lateVisible commits that become visible late
 * @param deadlySteps how often, in a million steps, a process dies at one
 * @param drift by how many millionths clocks go wrong
 * @param crashMicros mean time between kills and pauses
 * @param stopMicros mean time between stops of databases
 * @param cutMicros mean time between partitions
 */
record Wildness(
        int instances,
        int faultMicros,
        int lose,
        int repeat,
        int slow,
        int loseConnection,
        int lateVisible,
        int deadlySteps,
        int drift,
        int crashMicros,
        int stopMicros,
        int cutMicros) {
    private static final int MANY_LOST = 80;
    private static final int LOCK_TIMEOUT_MICROS = 900_000;

    static Wildness drawn(Dice dice) {
        return new Wildness(
                dice.between(1, 3),
                dice.between(3_000_000, 7_000_000),
                dice.between(0, 80),
                dice.between(0, 80),
                dice.between(0, 150),
                dice.between(0, 30),
                dice.between(0, 150),
                dice.between(0, 1_500),
                dice.between(0, 60_000),
                dice.between(500_000, 3_000_000),
                dice.between(1_500_000, 8_000_000),
                dice.between(800_000, 4_000_000));
    }

    Database.Traits traits(Rules rules) {
        // A rule that only lost commits show is not to be waited for.
        int lost = rules.lack(Rule.PLANTED_DECISION) ? MANY_LOST : loseConnection;
        return new Database.Traits(lost, lateVisible, LOCK_TIMEOUT_MICROS, true);
    }

    /** How a database behaves when faults have ended. */
    static Database.Traits calm() {
        return new Database.Traits(0, 0, LOCK_TIMEOUT_MICROS, true);
    }
}

package io.feiqian.simulation;

import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.events.Dice;

/**
 * How wild a run is; drawn from its seed, so that some runs are calm in one way and wild in
 * another.
 *
 * @param cells how many cells, 2 to 4
 * @param instances how many instances each, 1 or 2
 * @param faultMicros for how long faults happen
 * @param losePerMille messages lost
 * @param repeatPerMille messages repeated
 * @param slowPerMille messages delayed
 * @param loseConnectionPerMille round trips at which the connection is lost
 * @param lateVisiblePerMille commits that become visible late
 * @param deadlySteps how often, in a million steps, an instance dies at one
 * @param drift by how many millionths clocks go wrong
 * @param crashMicros mean time between kills and pauses of instances
 * @param stopMicros mean time between stops of databases
 * @param cutMicros mean time between partitions
 */
record Settings(
        int cells,
        int instances,
        int faultMicros,
        int losePerMille,
        int repeatPerMille,
        int slowPerMille,
        int loseConnectionPerMille,
        int lateVisiblePerMille,
        int deadlySteps,
        int drift,
        int crashMicros,
        int stopMicros,
        int cutMicros) {
    private static final int MANY_LOST = 80;
    private static final int LOCK_TIMEOUT_MICROS = 900_000;

    static Settings drawn(Dice dice) {
        return new Settings(
                dice.between(2, 4),
                dice.between(1, 2),
                dice.between(5_000_000, 9_000_000),
                dice.between(0, 60),
                dice.between(0, 60),
                dice.between(0, 120),
                dice.between(0, 30),
                dice.between(0, 150),
                dice.between(0, 600),
                dice.between(0, 60_000),
                dice.between(500_000, 3_000_000),
                dice.between(1_500_000, 8_000_000),
                dice.between(800_000, 4_000_000));
    }

    Database.Traits traits(Rules rules) {
        // A rule that only lost connections show is not to be waited for.
        int lost = rules.lack(Rule.UNKNOWN_COMMIT) ? MANY_LOST : loseConnectionPerMille;
        return new Database.Traits(
                lost,
                lateVisiblePerMille,
                LOCK_TIMEOUT_MICROS,
                !rules.lack(Rule.CHECKED_DURABILITY));
    }

    /** How a database behaves when faults have ended. */
    static Database.Traits calm() {
        return new Database.Traits(0, 0, LOCK_TIMEOUT_MICROS, true);
    }
}

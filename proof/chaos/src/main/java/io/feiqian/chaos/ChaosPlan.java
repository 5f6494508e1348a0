package io.feiqian.chaos;

import java.time.Duration;

/**
 * What a run does.
 *
 * @param length how long the load lasts
 * @param seed fixes the faults and what clients ask for, not the machine
 * @param cells how many cells
 * @param instances per cell
 * @param workers how many clients at once
 * @param accountsPerCell how many accounts there are
 * @param minAccepted the fewest accepted transfers that make a valid run
 * @param ordeal what the bank goes through meanwhile
 */
record ChaosPlan(
        Duration length,
        long seed,
        int cells,
        int instances,
        int workers,
        int accountsPerCell,
        long minAccepted,
        Ordeal ordeal) {}

package io.feiqian.chaos;

import java.time.Duration;

/**
 * One fault of a schedule.
 *
 * @param kind what
 * @param victim which of the processes of its role, counted round
 * @param at when, from the beginning of the load
 * @param length how long a pause lasts; zero for a kill
 */
record Fault(FaultKind kind, int victim, Duration at, Duration length) {}

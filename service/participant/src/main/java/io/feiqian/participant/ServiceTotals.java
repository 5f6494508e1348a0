package io.feiqian.participant;

import java.util.List;

/**
 * The counts of a service's transactions (B11.3-a).
 *
 * @param unfinished what is left to do, by role, state, participant and age
 * @param newest the states of the newest decisions on record, up to 10,000
 * @param suspended how many transactions are suspended here
 * @param proposals how many proposals wait for a second operator
 * @param cut whether more is unfinished than is counted
 */
public record ServiceTotals(
        List<Unfinished> unfinished,
        List<Ended> newest,
        long suspended,
        long proposals,
        boolean cut) {
    /**
     * What is left to do of one sort.
     *
     * @param age how long it should have been over: under 10 s, under 1 min, under 10 min, longer
     */
    public record Unfinished(
            ServiceRecord.Role role, String state, String participant, String age, long count) {}

    /** How many decisions are in a state. */
    public record Ended(String state, long count) {}
}

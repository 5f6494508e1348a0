package io.feiqian.participant;

import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a service has on record of one transaction, and what this instance does about it
 * (B11.3-c, B12-c.2).
 *
 * @param trace the transaction
 * @param records its decision and its branches
 * @param suspension whether an operator has suspended it
 * @param driving what does not come through; the memory of this instance
 * @param alarms what operators were called for; the memory of this instance
 * @param proposals how operators want it to end
 * @param changes what operators did about it
 */
public record ServicePicture(
        TraceNumber trace,
        List<ServiceRecord> records,
        Optional<Suspension> suspension,
        List<Trouble> driving,
        List<RaisedAlarm> alarms,
        List<ServiceProposal> proposals,
        List<Change> changes) {
    /** A suspension: since when by the database's clock, and who wanted it. */
    public record Suspension(long since, ServiceOperator by) {}

    /**
     * A branch that does not come through.
     *
     * @param failures in a row
     * @param error the last one
     * @param nextMillis how long after it the next try was planned; 0 where it waits for an
     *     operator
     */
    public record Trouble(
            int branch, String service, int failures, String error, long nextMillis) {}

    /** An alarm that this instance raised within the last hour, or the last thousand of them. */
    public record RaisedAlarm(ServiceAlarms.Kind kind, int times, String message) {}

    /** What an operator did, and when by the database's clock. */
    public record Change(long at, String what, ServiceOperator by) {}

    /** Whether nothing is on record. */
    public boolean isEmpty() {
        return records.isEmpty() && driving.isEmpty() && alarms.isEmpty() && changes.isEmpty();
    }
}

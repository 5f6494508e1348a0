package io.feiqian.chaos;

import java.util.List;
import java.util.Map;

/**
 * How a fleet fared.
 *
 * @param seconds how long the load lasted
 * @param faults how often each kind happened
 * @param accepted how many calls were served
 * @param limited how many calls a policy turned away
 * @param failures what else became of calls, by code and message
 * @param policies the version of the policies in the end
 * @param findings what is wrong, each a sentence; empty in a good run
 */
record FleetReport(
        double seconds,
        Map<FaultKind, Integer> faults,
        long accepted,
        long limited,
        Map<String, Long> failures,
        int policies,
        List<String> findings) {
    /** Copies the list. */
    FleetReport {
        findings = List.copyOf(findings);
    }

    /** Whether nobody noticed anything. */
    boolean isGood() {
        return findings.isEmpty();
    }
}

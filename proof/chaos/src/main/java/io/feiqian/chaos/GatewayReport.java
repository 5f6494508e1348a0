package io.feiqian.chaos;

import java.util.List;
import java.util.Map;

/**
 * How a gateway fared.
 *
 * @param seconds how long the load lasted
 * @param faults how often each kind happened
 * @param ends how often requests of which kind ended in which way
 * @param echoes lines and datagrams that came back, and those that did not
 * @param notes what was measured, each a sentence
 * @param findings what is wrong, each a sentence; empty in a good run
 */
record GatewayReport(
        double seconds,
        Map<FaultKind, Integer> faults,
        Map<String, Long> ends,
        Map<String, Long> echoes,
        List<String> notes,
        List<String> findings) {
    /** Copies the lists. */
    GatewayReport {
        notes = List.copyOf(notes);
        findings = List.copyOf(findings);
    }

    /** Whether nothing happened that must not. */
    boolean isGood() {
        return findings.isEmpty();
    }
}

package io.feiqian.chaos;

import io.feiqian.cli.BooksAudit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a run ended.
 *
 * @param seed the seed
 * @param seconds how long the load lasted
 * @param faults how often each kind of fault happened
 * @param counts what the clients were answered
 * @param stillUnknown operations that nobody could tell about in the end
 * @param audit the bank's own audit
 * @param findings what is wrong, each a sentence; empty in a good run
 */
record ChaosReport(
        long seed,
        double seconds,
        Map<FaultKind, Integer> faults,
        ClientLedger.Counts counts,
        long stillUnknown,
        BooksAudit audit,
        List<String> findings) {
    /** Whether the run was valid and the books are right. */
    boolean isGood() {
        return findings.isEmpty();
    }

    /** Adds what follows from the numbers to what was found in the books. */
    static ChaosReport of(
            ChaosPlan plan,
            double seconds,
            Map<FaultKind, Integer> faults,
            ClientLedger ledger,
            BooksAudit audit,
            List<String> booksFindings) {
        List<String> findings = new ArrayList<>(booksFindings);
        findings.addAll(ledger.findings());
        findings.addAll(audit.findings());
        if (audit.unfinished() > 0) {
            findings.add(audit.unfinished() + " decisions or branches never finished");
        }
        int unknown = ledger.unknown().size();
        if (unknown > 0) {
            findings.add(unknown + " operations are unknown for ever");
        }
        faults.forEach((kind, times) -> {
            if (times == 0) {
                findings.add("void: " + kind + " never happened");
            }
        });
        ClientLedger.Counts counts = ledger.counts();
        if (counts.transfersAccepted() < plan.minAccepted()) {
            findings.add(
                    "void: %d transfers were accepted (expected: >= %d)"
                            .formatted(counts.transfersAccepted(), plan.minAccepted()));
        }
        return new ChaosReport(
                plan.seed(), seconds, faults, counts, unknown, audit, List.copyOf(findings));
    }
}

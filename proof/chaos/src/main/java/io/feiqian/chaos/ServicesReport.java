package io.feiqian.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the services of a run ended.
 *
 * @param seconds how long the load lasted
 * @param services each service with its database and instances, as text
 * @param faults how often each kind of fault happened
 * @param leftByEnded how many requests the instances that never came back had under way
 * @param counts what clients were answered
 * @param legsByDatabase how many movements of accepted transactions each product has, by how
 * @param entries how many rows all journals have
 * @param settledSeconds how long after the last answer nothing was left to do
 * @param findings what is wrong, each a sentence; empty in a good run
 */
record ServicesReport(
        double seconds,
        List<String> services,
        Map<FaultKind, Integer> faults,
        int leftByEnded,
        GlobalLedger.Counts counts,
        Map<String, Long> legsByDatabase,
        long entries,
        double settledSeconds,
        List<String> findings) {
    /** Copies the collections. */
    ServicesReport {
        services = List.copyOf(services);
        findings = List.copyOf(findings);
    }

    /** Whether the run was valid and the books are right. */
    boolean isGood() {
        return findings.isEmpty();
    }

    /** What makes a run void: faults that never happened, kinds that were never accepted. */
    static List<String> voids(
            ServicesPlan plan,
            Map<FaultKind, Integer> faults,
            int leftByEnded,
            GlobalLedger.Counts counts,
            Map<String, Long> legsByDatabase) {
        List<String> voids = new ArrayList<>();
        faults.forEach((kind, times) -> {
            if (times == 0) {
                voids.add("void: " + kind + " never happened");
            }
        });
        if (leftByEnded == 0) {
            voids.add("void: the instance that never came back had nothing under way");
        }
        for (GlobalKind each : plan.kinds()) {
            long accepted = counts.acceptedByKind().getOrDefault(each.name(), 0L);
            if (accepted < plan.minAccepted()) {
                voids.add(
                        "void: %d of kind %s were accepted (expected: >= %d)"
                                .formatted(accepted, each, plan.minAccepted()));
            }
        }
        for (Product each : plan.databases()) {
            if (legsByDatabase.keySet().stream().noneMatch(it -> it.startsWith(each.option()))) {
                voids.add("void: nothing moved in a database of " + each.option());
            }
        }
        if (counts.repeated() == 0) {
            voids.add("void: nothing was asked twice");
        }
        return voids;
    }
}

package io.feiqian.chaos;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the clients asked for and were answered, and what follows from it for every account. Knows
 * nothing of the bank: the independent half of the check. Thread-safe.
 */
final class ClientLedger {
    /** What a client knows of an operation. */
    enum Standing {
        /** It happened. */
        ACCEPTED,
        /** It did not happen and never will by this request. */
        REFUSED,
        /** Nobody knows yet; to be asked again. */
        UNKNOWN
    }

    private record Entry(Operation operation, Standing standing) {}

    private final Map<TraceNumber, Entry> entries = new HashMap<>();
    private final List<Operation> acceptedInOrder = new ArrayList<>();
    private final Map<OutcomeCode, Long> refusals = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();
    private long everUnknown;
    private long laterResolved;

    /** Records the first answer to an operation. */
    synchronized void record(Operation operation, OutcomeCode code) {
        Standing standing = standing(code);
        entries.put(operation.trace(), new Entry(operation, standing));
        count(operation, code, standing);
        if (standing == Standing.UNKNOWN) {
            everUnknown++;
        }
    }

    /** Records what came of asking an unknown one again; another unknown changes nothing. */
    synchronized void resolve(Operation operation, OutcomeCode code) {
        Standing standing = standing(code);
        Entry before = entries.get(operation.trace());
        if (standing == Standing.UNKNOWN
                || before == null
                || before.standing() != Standing.UNKNOWN) {
            return;
        }
        entries.put(operation.trace(), new Entry(operation, standing));
        count(operation, code, standing);
        laterResolved++;
    }

    /** Records the answer to a deliberate repetition of an accepted operation. */
    synchronized void repeated(Operation operation, OutcomeCode code, boolean recorded) {
        switch (standing(code)) {
            case ACCEPTED -> {
                if (!recorded) {
                    findings.add(
                            "a repetition of " + operation.trace() + " was not recognised as one");
                }
            }
            case REFUSED -> {
                if (!code.isSafeToRetry()) {
                    findings.add(
                            "%s was accepted, its repetition refused with %s"
                                    .formatted(operation.trace(), code));
                }
            }
            case UNKNOWN -> {
                // The first answer stands.
            }
        }
    }

    /** Records the answer to a used trace number with other content. */
    synchronized void forged(Operation operation, OutcomeCode code) {
        if (code == OutcomeCode.ACCEPTED) {
            findings.add(operation.trace() + " was accepted again with another amount");
        }
    }

    /** Records that an accepted operation was not to be found. */
    synchronized void missing(Operation operation, OutcomeCode code) {
        findings.add("%s was accepted and then not found: %s".formatted(operation.trace(), code));
    }

    /** The operations that are still unknown. */
    synchronized List<Operation> unknown() {
        return entries.values().stream()
                .filter(each -> each.standing() == Standing.UNKNOWN)
                .map(Entry::operation)
                .toList();
    }

    /** An accepted operation, chosen by a number; empty list where there is none. */
    synchronized List<Operation> accepted(int choice) {
        return acceptedInOrder.isEmpty()
                ? List.of()
                : List.of(acceptedInOrder.get(Math.floorMod(choice, acceptedInOrder.size())));
    }

    /** The entries that follow for an account: by trace number, credits positive. */
    synchronized Map<TraceNumber, Long> entriesOf(AccountNumber account) {
        Map<TraceNumber, Long> expected = new HashMap<>();
        for (Operation each : acceptedInOrder) {
            if (each.payer().equals(account)) {
                expected.put(each.trace(), -each.minor());
            } else if (each.payee().equals(account)) {
                expected.put(each.trace(), each.minor());
            }
        }
        return expected;
    }

    /** The balance that follows for every account that ever moved. */
    synchronized Map<AccountNumber, Long> balances() {
        Map<AccountNumber, Long> balances = new TreeMap<>();
        for (Operation each : acceptedInOrder) {
            balances.merge(each.payer(), -each.minor(), Math::addExact);
            balances.merge(each.payee(), each.minor(), Math::addExact);
        }
        return balances;
    }

    /** The counts. */
    synchronized Counts counts() {
        long transfers = acceptedInOrder.stream().filter(each -> each.kind().isTransfer()).count();
        long refused = refusals.values().stream().mapToLong(Long::longValue).sum();
        Map<String, Long> byKind = new TreeMap<>();
        acceptedInOrder.forEach(each -> byKind.merge(each.kind().name(), 1L, Long::sum));
        Map<String, Long> byCode = new TreeMap<>();
        refusals.forEach((code, count) -> byCode.put(code.name(), count));
        return new Counts(
                acceptedInOrder.size(),
                transfers,
                refused,
                everUnknown,
                laterResolved,
                byKind,
                byCode);
    }

    /** What contradicted earlier answers. */
    synchronized List<String> findings() {
        return List.copyOf(findings);
    }

    /**
     * The counts of a run.
     *
     * @param accepted operations that happened
     * @param transfersAccepted the transfers among them
     * @param refused operations that did not
     * @param unknown operations whose first answer was not known
     * @param laterResolved those of them that were definite in the end
     * @param acceptedByKind accepted by kind
     * @param refusedByCode refused by code
     */
    record Counts(
            long accepted,
            long transfersAccepted,
            long refused,
            long unknown,
            long laterResolved,
            Map<String, Long> acceptedByKind,
            Map<String, Long> refusedByCode) {}

    private void count(Operation operation, OutcomeCode code, Standing standing) {
        switch (standing) {
            case ACCEPTED -> acceptedInOrder.add(operation);
            case REFUSED -> refusals.merge(code, 1L, Long::sum);
            case UNKNOWN -> {
                // Counted by the caller, once.
            }
        }
    }

    private static Standing standing(OutcomeCode code) {
        return switch (code.kind()) {
            case ACCEPTED -> Standing.ACCEPTED;
            // A fault of the bank says nothing of what happened.
            case UNKNOWN, FAULT -> Standing.UNKNOWN;
            case INVALID, NOT_FOUND, BUSINESS, CONFLICT, ROUTING, UNAVAILABLE -> Standing.REFUSED;
        };
    }
}

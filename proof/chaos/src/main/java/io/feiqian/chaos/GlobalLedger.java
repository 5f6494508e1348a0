package io.feiqian.chaos;

import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What clients asked services for and were answered. Knows nothing of the services: the independent
 * half of the check. Thread-safe.
 */
final class GlobalLedger {
    /** What clients know of a request. */
    enum Standing {
        /** It happened. */
        ACCEPTED,
        /** It did not happen, and never will under its trace number. */
        REFUSED,
        /** Nothing happened, and the same trace number may be asked again. */
        VOID,
        /** Nobody knows yet; to be asked again until it is accepted or refused. */
        UNKNOWN
    }

    private static final class Entry {
        private final GlobalRequest request;
        private Standing standing = Standing.VOID;
        private boolean wasUnknown;

        Entry(GlobalRequest request) {
            this.request = request;
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<GlobalRequest> order = new ArrayList<>();
    private final Map<OutcomeCode, Long> answers = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();
    private final Set<String> recalled = new HashSet<>();
    private long repeated;

    /** Records an answer: to a request, or to its repetition, by whichever instance. */
    synchronized void record(GlobalRequest request, OutcomeCode code) {
        Entry entry =
                entries.computeIfAbsent(
                        request.trace(),
                        trace -> {
                            order.add(request);
                            return new Entry(request);
                        });
        answers.merge(code, 1L, Long::sum);
        Standing next = standing(code);
        if (isFinal(entry.standing) && isFinal(next) && entry.standing != next) {
            findings.add(
                    "%s was %s and then %s (%s)"
                            .formatted(request.trace(), entry.standing, next, code));
        }
        if (!isFinal(entry.standing)) {
            // Once unknown, only what is final says anything: the first call may still go on.
            boolean stays = entry.wasUnknown && !isFinal(next);
            entry.standing = stays ? Standing.UNKNOWN : next;
            entry.wasUnknown |= next == Standing.UNKNOWN;
        }
        if (next == Standing.ACCEPTED && request.isHopeless()) {
            findings.add(request.trace() + " was accepted with an account that is not there");
        }
    }

    /** Records that a request is asked again, or of two instances at once. */
    synchronized void repeated() {
        repeated++;
    }

    /** Records the answer to a used trace number with other amounts. */
    synchronized void forged(GlobalRequest request, OutcomeCode code) {
        if (code == OutcomeCode.ACCEPTED) {
            findings.add(request.trace() + " was accepted again with other amounts");
        }
    }

    /** Any request, chosen by a number; empty where there is none. */
    synchronized List<GlobalRequest> any(int choice) {
        return order.isEmpty()
                ? List.of()
                : List.of(order.get(Math.floorMod(choice, order.size())));
    }

    /**
     * An accepted request whose messages may be taken back, chosen by a number; empty where there
     * is none. Each is given once, since a recall pays its payer back.
     */
    synchronized List<GlobalRequest> takeRecallable(int choice) {
        List<GlobalRequest> able =
                entries.values().stream()
                        .filter(each -> each.standing == Standing.ACCEPTED)
                        .map(each -> each.request)
                        .filter(each -> each.kind() == GlobalKind.MESSAGE)
                        .filter(each -> !recalled.contains(each.trace()))
                        .toList();
        if (able.isEmpty()) {
            return List.of();
        }
        GlobalRequest chosen = able.get(Math.floorMod(choice, able.size()));
        recalled.add(chosen.trace());
        return List.of(chosen);
    }

    /** The trace numbers whose messages an accepted request took back. */
    synchronized Set<String> recalled() {
        Set<String> all = new HashSet<>();
        for (Entry each : entries.values()) {
            if (each.standing == Standing.ACCEPTED && !each.request.recalls().isEmpty()) {
                all.add(each.request.recalls());
            }
        }
        return all;
    }

    /** What clients know of a request now. */
    synchronized Standing standing(GlobalRequest request) {
        Entry entry = entries.get(request.trace());
        return entry == null ? Standing.VOID : entry.standing;
    }

    /** The requests that are still unknown. */
    synchronized List<GlobalRequest> unknown() {
        return entries.values().stream()
                .filter(each -> each.standing == Standing.UNKNOWN)
                .map(each -> each.request)
                .toList();
    }

    /** Every request by its trace number. */
    synchronized Map<String, GlobalRequest> requests() {
        Map<String, GlobalRequest> all = new HashMap<>();
        entries.forEach((trace, entry) -> all.put(trace, entry.request));
        return all;
    }

    /** What contradicted earlier answers. */
    synchronized List<String> findings() {
        return List.copyOf(findings);
    }

    /**
     * The counts of a run.
     *
     * @param accepted requests that happened
     * @param refused requests that did not and never will
     * @param aborted requests of which nothing happened
     * @param unknown requests that some answer left unknown
     * @param laterResolved those of them that are accepted or refused now
     * @param repeated how often a request was asked again or of two instances
     * @param acceptedByKind accepted, by kind
     * @param answers all answers, by code
     */
    record Counts(
            long accepted,
            long refused,
            long aborted,
            long unknown,
            long laterResolved,
            long repeated,
            Map<String, Long> acceptedByKind,
            Map<String, Long> answers) {}

    /** The counts. */
    synchronized Counts counts() {
        Map<String, Long> byKind = new TreeMap<>();
        Map<Standing, Long> by = new HashMap<>();
        long unknown = 0;
        long resolved = 0;
        for (Entry each : entries.values()) {
            by.merge(each.standing, 1L, Long::sum);
            if (each.standing == Standing.ACCEPTED) {
                byKind.merge(each.request.kind().name(), 1L, Long::sum);
            }
            unknown += each.wasUnknown ? 1 : 0;
            resolved += each.wasUnknown && isFinal(each.standing) ? 1 : 0;
        }
        Map<String, Long> byCode = new TreeMap<>();
        answers.forEach((code, count) -> byCode.put(code.name(), count));
        return new Counts(
                by.getOrDefault(Standing.ACCEPTED, 0L),
                by.getOrDefault(Standing.REFUSED, 0L),
                by.getOrDefault(Standing.VOID, 0L),
                unknown,
                resolved,
                repeated,
                byKind,
                byCode);
    }

    private static boolean isFinal(Standing standing) {
        return standing == Standing.ACCEPTED || standing == Standing.REFUSED;
    }

    private static Standing standing(OutcomeCode code) {
        return switch (code.kind()) {
            case ACCEPTED -> Standing.ACCEPTED;
            case BUSINESS, NOT_FOUND -> Standing.REFUSED;
            case UNAVAILABLE, ROUTING -> Standing.VOID;
            // A conflict or an invalid request is a fault of this run's own, to be looked at.
            case UNKNOWN, FAULT, CONFLICT, INVALID -> Standing.UNKNOWN;
        };
    }
}

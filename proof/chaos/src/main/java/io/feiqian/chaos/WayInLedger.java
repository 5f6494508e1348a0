package io.feiqian.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * How every request ended, and whether that can be: the judge of a run, by what clients saw, what
 * backends saw and what was the matter. Thread-safe while it is written; judged once, afterwards.
 */
final class WayInLedger {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queue<WayInEnd> ends = new ConcurrentLinkedQueue<>();
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private final LongAdder good = new LongAdder();
    private final WayInRecords records;
    private final Weather weather;
    private final int retries;

    /**
     * An empty one.
     *
     * @param retries how often a GET may be tried again
     */
    WayInLedger(WayInRecords records, Weather weather, int retries) {
        this.records = records;
        this.weather = weather;
        this.retries = retries;
    }

    void add(WayInEnd end) {
        ends.add(end);
        if (end.isGood()) {
            good.increment();
        }
        counts.computeIfAbsent(label(end), _ -> new LongAdder()).increment();
    }

    private static String label(WayInEnd end) {
        return (end.safe() ? "GET " : "POST ")
                + (end.how() == WayInEnd.How.ANSWERED ? end.status() : end.how());
    }

    long good() {
        return good.sum();
    }

    /** How often requests of which kind ended in which way. */
    Map<String, Long> counts() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((what, times) -> all.put(what, times.sum()));
        return all;
    }

    /** What cannot be, each a sentence with how often and the first of them. */
    List<String> findings() {
        Map<String, List<WayInEnd>> found = new LinkedHashMap<>();
        for (WayInEnd end : ends) {
            judge(end)
                    .forEach(
                            wrong -> found.computeIfAbsent(wrong, _ -> new ArrayList<>()).add(end));
        }
        List<String> findings = new ArrayList<>();
        found.forEach((wrong, all) ->
                findings.add(
                        "%d times: %s; the first: %s"
                                .formatted(all.size(), wrong, brief(all.getFirst()))));
        return findings;
    }

    private static String brief(WayInEnd end) {
        String answer = end.answer();
        return "%s %s %s %d %s"
                .formatted(
                        end.safe() ? "GET" : "POST",
                        end.id(),
                        end.how(),
                        end.status(),
                        answer.substring(0, Math.min(300, answer.length())));
    }

    private List<String> judge(WayInEnd end) {
        List<String> wrong = new ArrayList<>();
        int arrived = records.arrivals(end.id());
        if (!end.safe() && arrived > 1) {
            wrong.add("a POST arrived more than once at backends");
        }
        if (end.safe() && arrived > 1 + retries) {
            wrong.add("a GET was tried more often than it may be");
        }
        switch (end.how()) {
            case ANSWERED -> judgeAnswer(end, arrived).ifPresent(wrong::add);
            case NONSENSE -> wrong.add("a client got what is no answer to its request");
            case LATE -> wrong.add("a client got nothing at all for very long");
            case UNCONNECTED -> {
                if (!isAway(end) && !was(Weather.Kind.GATEWAY_RESTARTS, end)) {
                    wrong.add("a client could not connect, though the gateway ran");
                }
            }
            case LOST_FRESH -> {
                if (!isAway(end) && !was(Weather.Kind.GATEWAY_RESTARTS, end)) {
                    wrong.add("a request was lost on a new connection, though the gateway ran");
                }
            }
            case LOST_KEPT -> {
                if (!isAway(end)) {
                    wrong.add(
                            was(Weather.Kind.GATEWAY_RESTARTS, end)
                                    ? "a request was lost while the gateway drained"
                                    : "a request was lost on a connection that had served");
                }
            }
            case CUT -> {
                if (!isAway(end) && !records.wasCut(end.id())) {
                    wrong.add("an answer was broken off that its backend had not broken off");
                }
            }
        }
        return wrong;
    }

    private Optional<String> judgeAnswer(WayInEnd end, int arrived) {
        if (end.isGood()) {
            if (!records.isAnswer(end.id(), end.answer())) {
                return Optional.of("a client got an answer that no backend gave to its request");
            }
            return end.safe() || arrived == 1
                    ? Optional.empty()
                    : Optional.of("an accepted POST is not there exactly once");
        }
        Optional<OutcomeCode> code = code(end);
        if (code.isEmpty()) {
            return Optional.of("a refusal is no problem document with a code of ours");
        }
        OutcomeCode.Kind kind = code.get().kind();
        boolean nothingHappened =
                kind == OutcomeCode.Kind.ROUTING || kind == OutcomeCode.Kind.UNAVAILABLE;
        if (!end.safe() && nothingHappened && arrived > 0) {
            return Optional.of(
                    "a client was told that nothing happened (%s) to a POST that a backend has"
                            .formatted(code.get()));
        }
        if (!nothingHappened
                && kind != OutcomeCode.Kind.UNKNOWN
                && kind != OutcomeCode.Kind.FAULT) {
            return Optional.of("a good request was refused as " + code.get());
        }
        boolean known =
                was(Weather.Kind.NO_BACKEND, end)
                        || (!end.safe() && was(Weather.Kind.BACKEND_SICK, end));
        return known
                ? Optional.empty()
                : Optional.of(
                        "a %s failed with %d %s, though a healthy backend was there"
                                .formatted(end.safe() ? "GET" : "POST", end.status(), code.get()));
    }

    /** The code of a refusal that is as it ought to be. */
    private static Optional<OutcomeCode> code(WayInEnd end) {
        try {
            JsonNode problem = JSON.readTree(end.answer());
            if (problem == null || problem.path("status").asInt() != end.status()) {
                return Optional.empty();
            }
            OutcomeCode code = OutcomeCode.ofNumber(problem.path("code").asInt());
            return problem.path("name").asText().equals(code.name())
                    ? Optional.of(code)
                    : Optional.empty();
        } catch (JsonProcessingException none) {
            return Optional.empty();
        }
    }

    private boolean isAway(WayInEnd end) {
        return was(Weather.Kind.GATEWAY_AWAY, end);
    }

    private boolean was(Weather.Kind kind, WayInEnd end) {
        return weather.was(kind, end.begun(), end.ended());
    }
}

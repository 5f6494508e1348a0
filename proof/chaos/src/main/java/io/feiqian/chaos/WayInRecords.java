package io.feiqian.chaos;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What arrived at backends, whole, by the number that each request carries. Thread-safe. */
final class WayInRecords {
    private final ConcurrentHashMap<String, AtomicInteger> arrivals = new ConcurrentHashMap<>();
    private final Set<String> answers = ConcurrentHashMap.newKeySet();
    private final Set<String> cut = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();

    /** A request arrived whole; the number of its answer, which no other one has. */
    String arrived(String id) {
        arrivals.computeIfAbsent(id, _ -> new AtomicInteger()).incrementAndGet();
        String answer = id + "/" + numbers.incrementAndGet();
        answers.add(answer);
        return answer;
    }

    /** A backend broke an answer off in its middle, so that nobody can have had it whole. */
    void cut(String id) {
        cut.add(id);
    }

    int arrivals(String id) {
        AtomicInteger times = arrivals.get(id);
        return times == null ? 0 : times.get();
    }

    boolean isAnswer(String id, String answer) {
        return answer.startsWith(id + "/") && answers.contains(answer);
    }

    boolean wasCut(String id) {
        return cut.contains(id);
    }

    int size() {
        return arrivals.size();
    }
}

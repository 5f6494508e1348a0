package io.feiqian.simulation.audit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Counts messages from outside: each was sent by a transaction that took place, had its effect once
 * or was given up, and never before one with a lower number of its key. Not thread-safe.
 */
final class Mail {
    private record Message(String key, long position) {}

    private final Map<String, Message> sent = new LinkedHashMap<>();
    private final Map<String, TreeMap<Long, String>> byKey = new LinkedHashMap<>();
    private final Map<String, Long> last = new HashMap<>();
    private final Set<String> consumed = new HashSet<>();
    private final Set<Message> skipped = new HashSet<>();

    /** How many had their effect. */
    long count() {
        return consumed.size();
    }

    void sent(Fact.Sent fact) {
        if (sent.putIfAbsent(fact.trace(), new Message(fact.key(), fact.position())) != null) {
            throw new Violation("sent twice: " + fact);
        }
        byKey.computeIfAbsent(fact.key(), each -> new TreeMap<>())
                .put(fact.position(), fact.trace());
    }

    void consumed(Fact.Consumed fact) {
        Message message = sent.get(fact.trace());
        if (message == null || !message.key.equals(fact.key())) {
            throw new Violation("consumed, but never sent: " + fact);
        }
        if (!consumed.add(fact.trace())) {
            throw new Violation("had its effect twice: " + fact);
        }
        long before = last.getOrDefault(fact.key(), 0L);
        if (message.position <= before) {
            throw new Violation("after number " + before + " of its key: " + message);
        }
        last.put(fact.key(), message.position);
    }

    void skipped(Fact.Skipped fact) {
        skipped.add(new Message(fact.key(), fact.position()));
    }

    /**
     * Nothing is under way any more.
     *
     * @param took whether a transaction took place
     */
    void atRest(Predicate<String> took) {
        sent.forEach((trace, message) -> {
            if (!took.test(trace)) {
                throw new Violation("sent for a transaction that never was: " + message);
            }
            if (!consumed.contains(trace) && !skipped.contains(message)) {
                throw new Violation("sent and never consumed: " + message + " of " + trace);
            }
        });
        byKey.forEach((key, messages) -> {
            if (messages.lastKey() != messages.size()) {
                throw new Violation("numbers with gaps: " + key + " " + messages);
            }
        });
    }
}

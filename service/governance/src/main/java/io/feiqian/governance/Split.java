package io.feiqian.governance;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The states of a policy: one, or one for each value of what it is split by. Bounded: when there
 * are too many values, idle ones are forgotten, and what still finds no room shares one state, so
 * that new values never escape the limit. Thread-safe.
 */
final class Split<S> {
    /** How many values have a state of their own. */
    static final int MOST = 10_000;

    private static final long SWEEP_NANOS = 1_000_000_000L;

    private final List<String> by;
    private final Supplier<S> make;
    private final Predicate<S> isIdle;
    private final S shared;
    private final ConcurrentHashMap<String, S> states = new ConcurrentHashMap<>();
    private final AtomicLong sweepAt = new AtomicLong(Long.MIN_VALUE);

    Split(List<String> by, Supplier<S> make, Predicate<S> isIdle) {
        this.by = by;
        this.make = make;
        this.isIdle = isIdle;
        this.shared = make.get();
    }

    /** The state that counts this call. */
    S of(Call call, long nowNanos) {
        if (by.isEmpty()) {
            return shared;
        }
        String key = by.size() == 1 ? value(by.get(0), call) : key(call);
        S known = states.get(key);
        if (known != null) {
            return known;
        }
        if (states.size() >= MOST) {
            sweep(nowNanos);
            if (states.size() >= MOST) {
                return shared;
            }
        }
        return states.computeIfAbsent(key, any -> make.get());
    }

    /** All states there are. */
    Collection<S> all() {
        return by.isEmpty() ? List.of(shared) : states.values();
    }

    private void sweep(long nowNanos) {
        long at = sweepAt.get();
        if ((at == Long.MIN_VALUE || nowNanos - at >= 0)
                && sweepAt.compareAndSet(at, nowNanos + SWEEP_NANOS)) {
            states.values().removeIf(isIdle);
        }
    }

    private String key(Call call) {
        StringBuilder key = new StringBuilder();
        for (String each : by) {
            String value = value(each, call);
            // With its length, so that no two lists of values look alike.
            key.append(value.length()).append(':').append(value);
        }
        return key.toString();
    }

    private static String value(String by, Call call) {
        return switch (by) {
            case "service" -> call.service();
            case "method" -> call.method();
            case "caller" -> call.caller();
            case "tenant" -> call.tenant();
            case "cell" -> call.cell();
            default -> {
                int colon = by.indexOf(':');
                String name = by.substring(colon + 1);
                yield colon == 5 ? call.label(name) : call.parameter(name);
            }
        };
    }
}

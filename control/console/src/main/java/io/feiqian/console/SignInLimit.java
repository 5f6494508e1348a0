package io.feiqian.console;

import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down whoever tries passwords: after five failures in a row a name waits for a minute, and
 * after each further one twice as long, up to a quarter of an hour. Names that do not exist are
 * treated alike. From one address at most ten are looked at in a second. Thread-safe.
 */
final class SignInLimit {
    private static final int FREE = 5;
    private static final long FIRST_WAIT = Duration.ofMinutes(1).toMillis();
    private static final long LONGEST_WAIT = Duration.ofMinutes(15).toMillis();
    private static final int MOST = 10_000;
    private static final int PER_SECOND = 10;
    private static final int AT_ONCE = 100;

    private record Failures(int count, long lastMillis) {
        long waitMillis() {
            int beyond = count - FREE;
            return beyond < 0 ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT << Math.min(beyond, 10));
        }
    }

    private final Clock clock;
    private final Map<String, Failures> byName =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
                    return size() > MOST;
                }
            };

    private final RateLimit byAddress;

    SignInLimit(Clock clock) {
        this.clock = clock;
        this.byAddress = new RateLimit(clock, PER_SECOND, AT_ONCE);
    }

    /** How long somebody at this address has to wait who says to be this name. */
    Duration wait(String name, String address) {
        Duration there = byAddress.take(address);
        return there.isPositive() ? there : wait(name);
    }

    /** How long this name has to wait. */
    synchronized Duration wait(String name) {
        Failures failures = byName.get(name);
        if (failures == null) {
            return Duration.ZERO;
        }
        long since = clock.now().toEpochMilli() - failures.lastMillis();
        return Duration.ofMillis(Math.max(0, failures.waitMillis() - since));
    }

    synchronized void failed(String name) {
        Failures before = byName.getOrDefault(name, new Failures(0, 0));
        byName.put(name, new Failures(before.count() + 1, clock.now().toEpochMilli()));
    }

    synchronized void succeeded(String name) {
        byName.remove(name);
    }
}

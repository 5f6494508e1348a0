package io.feiqian.proxy;

import io.feiqian.balancing.Instance;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Alarm;
import io.feiqian.telemetry.spi.AlarmEvents;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * Active checks of backends (P6.1.3-e to g): each backend of a pool with checks is tried again and
 * again, by chance a tenth earlier or later so that many gateways do not try at the same moment.
 * What they say goes to the pool; see {@link BackendPool} for what it makes of it. Backends that
 * are down, and pools whose checks all fail, raise alarms. Thread-safe.
 */
public final class HealthChecks implements AutoCloseable {
    /** So many checks at a time; one more waits for its next turn. */
    private static final int MOST_AT_A_TIME = 256;

    private static final double JITTER = 0.1;
    private static final int STEPS = 1_000;

    /** Tries a backend once; blocks. */
    @FunctionalInterface
    interface Probe {
        /** Why the backend is bad; empty where it is good. */
        Optional<String> fault(Instance<Backend> backend, PoolConfig pool, HealthCheckConfig how);

        /** This pool is checked no more. */
        default void forget(String pool) {}
    }

    /** One backend that is followed. */
    private static final class Followed {
        private final BackendPool pool;
        private final String backend;
        private HealthState state = HealthState.NEW;
        private boolean told;
        private volatile boolean ended;
        private volatile Timer.Cancellable next = () -> {};

        Followed(BackendPool pool, String backend) {
            this.pool = pool;
            this.backend = backend;
        }
    }

    private final Timer timer;
    private final Randomness randomness;
    private final AlarmEvents alarms;
    private final Probe probe;
    private final Executor threads;
    private final Semaphore room = new Semaphore(MOST_AT_A_TIME);

    // Under this object's lock.
    private final Map<String, Map<String, Followed>> pools = new HashMap<>();
    private final Set<String> panicking = new HashSet<>();

    /**
     * Checks with connections of its own, on virtual threads.
     *
     * @param addresses the addresses behind names
     */
    public HealthChecks(
            Clock clock,
            Timer timer,
            Randomness randomness,
            BackendAddresses addresses,
            AlarmEvents alarms) {
        this(
                timer,
                randomness,
                alarms,
                new SocketProbe(clock, addresses),
                task -> {
                    var _ = Thread.ofVirtual().name("gateway-check").start(task);
                });
    }

    HealthChecks(
            Timer timer, Randomness randomness, AlarmEvents alarms, Probe probe, Executor threads) {
        this.timer = timer;
        this.randomness = randomness;
        this.alarms = alarms;
        this.probe = probe;
        this.threads = threads;
    }

    /**
     * Checks the backends of this pool as its configuration and its list want it now; to be said
     * again whenever one of them has changed.
     */
    public synchronized void follow(BackendPool pool) {
        String name = pool.config().name();
        if (pool.config().health().isEmpty()) {
            forget(name);
            return;
        }
        Map<String, Followed> known = pools.computeIfAbsent(name, key -> new HashMap<>());
        Set<String> listed = new HashSet<>();
        for (BackendState each : pool.states()) {
            listed.add(each.name());
            Followed before = known.get(each.name());
            if (before == null || before.pool != pool) {
                Followed fresh = new Followed(pool, each.name());
                known.put(each.name(), fresh);
                later(fresh, first(pool));
            }
        }
        known.values()
                .removeIf(each -> {
                    boolean gone = !listed.contains(each.backend);
                    if (gone) {
                        end(each);
                    }
                    return gone;
                });
    }

    /** Checks the backends of this pool no more; those that were down count as unknown. */
    public synchronized void forget(String pool) {
        Map<String, Followed> known = pools.remove(pool);
        panicking.remove(pool);
        probe.forget(pool);
        if (known != null) {
            for (Followed each : known.values()) {
                end(each);
                each.pool.checked(each.backend, BackendState.Health.UNKNOWN, "");
            }
        }
    }

    /** Checks nothing any more. */
    @Override
    public synchronized void close() {
        Set.copyOf(pools.keySet()).forEach(this::forget);
    }

    private static void end(Followed followed) {
        followed.ended = true;
        followed.next.cancel();
    }

    private void later(Followed followed, Duration delay) {
        followed.next = timer.after(delay, () -> begin(followed));
    }

    private void begin(Followed followed) {
        if (followed.ended) {
            return;
        }
        if (!room.tryAcquire()) {
            later(followed, pause(followed.pool));
            return;
        }
        threads.execute(() -> {
            try {
                check(followed);
            } finally {
                room.release();
            }
        });
    }

    private void check(Followed followed) {
        PoolConfig config = followed.pool.config();
        Optional<HealthCheckConfig> how = config.health();
        Optional<Instance<Backend>> backend = followed.pool.instance(followed.backend);
        if (how.isEmpty() || followed.ended) {
            return;
        }
        if (backend.isPresent()) {
            said(followed, how.get(), probe.fault(backend.get(), config, how.get()));
        }
        if (!followed.ended) {
            later(followed, pause(followed.pool));
        }
    }

    private synchronized void said(
            Followed followed, HealthCheckConfig rules, Optional<String> fault) {
        if (followed.ended) {
            return;
        }
        HealthState before = followed.state;
        followed.state = before.after(fault.isEmpty(), rules);
        boolean up = followed.state.up();
        if (up == before.up() && followed.told) {
            return;
        }
        if (!followed.told && up && fault.isPresent()) {
            // The first one was bad, and one is not enough.
            return;
        }
        followed.told = true;
        followed.pool.checked(
                followed.backend,
                up ? BackendState.Health.UP : BackendState.Health.DOWN,
                up ? "" : fault.orElse(""));
        if (!up) {
            alarms.raise(
                    Alarm.Severity.WARNING,
                    "gateway-backend-down",
                    "backend %s of pool %s: %s"
                            .formatted(followed.backend, name(followed), fault.orElse("")));
        }
        alarmOfPanic(followed);
    }

    private void alarmOfPanic(Followed followed) {
        if (!followed.pool.isPanicking()) {
            panicking.remove(name(followed));
        } else if (panicking.add(name(followed))) {
            alarms.raise(
                    Alarm.Severity.CRITICAL,
                    "gateway-pool-down",
                    "the checks of all backends of pool %s fail; they are used as if none did"
                            .formatted(name(followed)));
        }
    }

    private static String name(Followed followed) {
        return followed.pool.config().name();
    }

    /** New backends are tried soon, and not all at once. */
    private Duration first(BackendPool pool) {
        return pause(pool).multipliedBy(randomness.nextInt(STEPS)).dividedBy(10L * STEPS);
    }

    private Duration pause(BackendPool pool) {
        Duration every =
                pool.config().health().map(HealthCheckConfig::every).orElse(Duration.ofSeconds(2));
        double part = (randomness.nextInt(2 * STEPS + 1) - STEPS) / (double) STEPS;
        return Duration.ofNanos((long) (every.toNanos() * (1 + JITTER * part)));
    }
}

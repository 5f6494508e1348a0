package io.feiqian.registry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.registry.ProvenList.Missing;
import io.feiqian.registry.spi.InstanceProbe;
import io.feiqian.registry.spi.InstanceProbe.Answer;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the served list of every role and asks those who are missing: each at a time of its own
 * within a second, then again after growing pauses, and all together at most {@value
 * #MOST_A_SECOND} times a second, so that thousands of processes that miss the same instance do not
 * knock at once. Thread-safe.
 */
final class ProvenLists {
    static final int MOST_A_SECOND = 50;

    private static final Logger LOG = LoggerFactory.getLogger(ProvenLists.class);
    private static final Duration SPREAD = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(1);
    private static final Backoff AGAIN = new Backoff(Duration.ofMillis(500), Duration.ofMinutes(1));

    /** From so many questions on, somebody should know of it. */
    private static final int ALARMING = 2;

    private final LastKnown known;
    private final InstanceProbe probe;
    private final Timer timer;
    private final Clock clock;
    private final Randomness randomness;
    private final Pace pace = new Pace(MOST_A_SECOND);

    /** By role; read without the lock, since listeners may ask. */
    private final Map<String, List<Doubted>> doubted = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final Map<String, ProvenList> roles = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, Set<String>> waiting = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, Set<String>> alarmed = new HashMap<>();

    ProvenLists(
            LastKnown known, InstanceProbe probe, Timer timer, Clock clock, Randomness randomness) {
        this.known = known;
        this.probe = probe;
        this.timer = timer;
        this.clock = clock;
        this.randomness = randomness;
    }

    /**
     * Takes a list that the registry gave.
     *
     * @param left who said that they leave: the lives that they ended, by id
     * @param askAfter how long to leave the missing the time to register again, before they are
     *     asked
     */
    synchronized void listed(
            String role,
            Collection<RegistryEntry> found,
            Map<String, String> left,
            Duration askAfter) {
        become(role, current(role).listing(found, left));
        for (String id : current(role).missing().keySet()) {
            if (waiting.computeIfAbsent(role, name -> new HashSet<>()).add(id)) {
                askLater(role, id, askAfter.plus(jitter(SPREAD)));
            }
        }
    }

    /** Whom the registry listed last and lists no more: of these it may be asked who has left. */
    synchronized Set<String> missingFrom(String role, Set<String> found) {
        Set<String> missing = new HashSet<>(current(role).listed().keySet());
        missing.addAll(current(role).missing().keySet());
        missing.removeAll(found);
        return missing;
    }

    /** Who is served without being listed, over all roles. */
    List<Doubted> doubted() {
        return doubted.values().stream().flatMap(List::stream).toList();
    }

    private synchronized void asked(String role, Missing one, Answer answer) {
        String id = one.entry().instance().id();
        Missing now = current(role).missing().get(id);
        if (now != null && now.entry().equals(one.entry())) {
            become(role, current(role).asked(id, answer));
        }
        Missing still = current(role).missing().get(id);
        if (still == null) {
            forget(role, id);
        } else {
            Duration pause = AGAIN.after(still.asked());
            askLater(role, id, pause.plus(jitter(pause)));
        }
    }

    private synchronized void forget(String role, String id) {
        waiting.getOrDefault(role, new HashSet<>()).remove(id);
    }

    private void askLater(String role, String id, Duration delay) {
        timer.after(delay, () -> timer.after(pace.take(clock.nanos()), () -> ask(role, id)));
    }

    private void ask(String role, String id) {
        Missing one = toAsk(role, id);
        if (one == null) {
            return;
        }
        var unused =
                probe.ask(one.entry().instance(), ANSWER)
                        .whenComplete((answer, failure) ->
                                asked(role, one, failure == null ? answer : Answer.SILENT));
    }

    private synchronized @Nullable Missing toAsk(String role, String id) {
        Missing one = current(role).missing().get(id);
        if (one == null) {
            forget(role, id);
        }
        return one;
    }

    @GuardedBy("this")
    private ProvenList current(String role) {
        return roles.computeIfAbsent(role, name -> ProvenList.kept(known.instances(name)));
    }

    @GuardedBy("this")
    private void become(String role, ProvenList next) {
        roles.put(role, next);
        doubted.put(
                role,
                next.missing().values().stream()
                        .map(each ->
                                new Doubted(each.entry().instance(), each.answers(), each.asked()))
                        .toList());
        alarm(role, next);
        known.learn(role, next.served());
    }

    @GuardedBy("this")
    private void alarm(String role, ProvenList next) {
        Set<String> before = alarmed.getOrDefault(role, Set.of());
        Set<String> now = new HashSet<>(before);
        now.retainAll(next.missing().keySet());
        next.missing()
                .forEach((id, each) -> {
                    if (each.asked() >= ALARMING) {
                        now.add(id);
                    }
                });
        if (!now.equals(before)) {
            if (now.isEmpty()) {
                LOG.info("registry: nobody of role {} is missing any more", role);
            } else {
                LOG.warn(
                        "registry-doubted: of role {} the registry misses {} of {}; they are served"
                                + " on, since nothing proves that they are gone: {}",
                        role,
                        now.size(),
                        next.served().size(),
                        now);
            }
            alarmed.put(role, Set.copyOf(now));
        }
    }

    private Duration jitter(Duration within) {
        int millis = (int) Math.max(1, within.toMillis());
        synchronized (randomness) {
            return Duration.ofMillis(randomness.nextInt(millis));
        }
    }
}

package io.feiqian.balancing;

import io.feiqian.balancing.spi.Picker;
import io.feiqian.balancing.spi.PoolEvents;
import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The instances of one service, as one process sees them: which of them may take the next call
 * (B6.3-b, B6.3-c).
 *
 * <p>In this order, and to the next only where there is nobody in the one before: those that serve
 * at the own site, in the own city, anywhere; then those that were ejected or have no weight. So no
 * call fails for want of an instance while one is listed.
 *
 * <p>Thread-safe. A choice reads what was worked out before and allocates nothing; what changes
 * with time is worked out anew by one of the threads that choose, while the others go by the
 * earlier state.
 *
 * @param <T> what an instance is to its user
 */
public final class Pool<T> {
    /** How often shares are worked out while some rise. */
    private static final long STEP = Duration.ofMillis(100).toNanos();

    private final Place here;
    private final Clock clock;
    private final PoolEvents<T> events;
    private final ReentrantLock lock = new ReentrantLock();

    private volatile PoolPolicy policy;

    // All of these under the lock.
    private final Map<String, Member<T>> members = new HashMap<>();
    private final List<Part<T>> parts = new ArrayList<>();
    private long judgeAt;

    private final Part<T> whole = new Part<>(this, each -> true);

    /** When what choices go by is to be worked out anew. */
    private volatile long until;

    /**
     * A pool without instances yet.
     *
     * @param here where this process runs
     */
    public Pool(PoolPolicy policy, Place here, Clock clock, PoolEvents<T> events) {
        this.policy = policy;
        this.here = here;
        this.clock = clock;
        this.events = events;
        this.judgeAt = clock.nanos() + policy.ejection().interval().toNanos();
        this.parts.add(whole);
        this.until = clock.nanos();
    }

    /**
     * Takes over a list. Who was there before keeps what is known of it; weights, places and labels
     * hold from now on. Who is new starts slowly, unless all are new; so does who had no weight and
     * is given one.
     */
    public void instances(Collection<Instance<T>> listed) {
        locked(() -> {
            long now = clock.nanos();
            boolean first = members.isEmpty();
            Set<String> names = new HashSet<>();
            for (Instance<T> each : listed) {
                names.add(each.name());
                Member<T> known = members.get(each.name());
                if (known != null && known.instance().isSameAs(each)) {
                    if (known.instance().weight() == 0 && each.weight() > 0) {
                        known.rise(policy.slowStart(), now);
                    }
                    known.relisted(each);
                    continue;
                }
                if (known != null) {
                    events.left(known.instance());
                }
                Member<T> member = new Member<>(this, each);
                if (!first) {
                    member.rise(policy.slowStart(), now);
                }
                members.put(each.name(), member);
            }
            members.values()
                    .removeIf(member -> {
                        boolean gone = !names.contains(member.instance().name());
                        if (gone) {
                            events.left(member.instance());
                        }
                        return gone;
                    });
            work(now);
        });
    }

    /** Another policy from now on; ejections that are under way end as they were meant to. */
    public void policy(PoolPolicy newPolicy) {
        locked(() -> {
            policy = newPolicy;
            work(clock.nanos());
        });
    }

    /**
     * Some of the instances, to be chosen among like all of them. Kept as long as the pool, so a
     * pool must have only so many.
     *
     * @param whom which instances; asked anew with every list
     */
    public Part<T> part(Predicate<? super Instance<T>> whom) {
        Part<T> part = new Part<>(this, whom);
        locked(() -> {
            parts.add(part);
            work(clock.nanos());
        });
        return part;
    }

    /**
     * Chooses an instance.
     *
     * @param key what keeps calls of the same key together; see {@link Picker}
     * @return empty only where none is listed
     */
    public Optional<Member<T>> pick(Picker picker, long key) {
        return whole.pick(picker, key);
    }

    /**
     * Chooses one of the instances that are wanted, such as those not tried yet. Allocates.
     *
     * @return empty only where no such instance is listed
     */
    public Optional<Member<T>> pick(Picker picker, long key, Predicate<? super Member<T>> wanted) {
        return whole.pick(picker, key, wanted);
    }

    /** All members, also those that take nothing now. */
    public List<Member<T>> members() {
        lock.lock();
        try {
            return List.copyOf(members.values());
        } finally {
            lock.unlock();
        }
    }

    /** The members among whom the next call chooses; empty where none is listed. */
    public List<Member<T>> serving() {
        return whole.serving();
    }

    void failed(Member<T> member, int inARow) {
        int most = policy.ejection().consecutiveFailures();
        if (most > 0 && inARow >= most) {
            locked(() -> {
                if (eject(member, EjectionReason.CONSECUTIVE_FAILURES, clock.nanos())) {
                    work(clock.nanos());
                }
            });
        }
    }

    void unreached(Member<T> member) {
        if (policy.ejection().unreached().isZero()) {
            return;
        }
        locked(() -> {
            long now = clock.nanos();
            if (take(member, EjectionReason.UNREACHED, policy.ejection().unreached(), now)) {
                work(now);
            }
        });
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /** Works out anew what choices go by, if it is time and nobody else does. */
    void refresh() {
        if (clock.nanos() - until < 0 || !lock.tryLock()) {
            return;
        }
        try {
            work(clock.nanos());
        } finally {
            lock.unlock();
        }
    }

    long nanos() {
        return clock.nanos();
    }

    /** Works out what choices go by. */
    private void work(long now) {
        if (now - judgeAt >= 0) {
            judge(now);
            judgeAt = now + policy.ejection().interval().toNanos();
        }
        long next = judgeAt;
        for (Member<T> each : members.values()) {
            if (each.ejected && now - each.ejectedUntil >= 0) {
                back(each, now);
            }
            if (each.ejected) {
                next = earlier(next, each.ejectedUntil);
            } else if (each.share(now) < 1) {
                next = earlier(next, now + STEP);
            }
        }
        List<Member<T>> all =
                members.values().stream()
                        .sorted((a, b) -> a.instance().name().compareTo(b.instance().name()))
                        .toList();
        for (Part<T> each : parts) {
            each.work(all, here, policy.places(), now);
        }
        until = next;
    }

    static boolean serves(Member<?> member) {
        return !member.ejected && member.instance().weight() > 0;
    }

    private void judge(long now) {
        Ejection rules = policy.ejection();
        Map<Member<T>, Member.Interval> busy = new HashMap<>();
        for (Member<T> each : members.values()) {
            Member.Interval seen = each.take();
            if (each.ejected) {
                continue;
            }
            if (seen.calls() >= rules.leastCalls()) {
                busy.put(each, seen);
            }
            if (each.ejections > 0 && seen.failures() == 0 && seen.calls() > 0) {
                each.ejections--;
            }
        }
        busy.forEach((member, seen) -> {
            if (seen.failures() >= rules.failureShare() * seen.calls()) {
                boolean unused = eject(member, EjectionReason.FAILURE_SHARE, now);
            }
        });
        if (rules.latencyFactor() > 0 && busy.size() > 1) {
            judgeLatency(busy, rules, now);
        }
    }

    private void judgeLatency(Map<Member<T>, Member.Interval> busy, Ejection rules, long now) {
        double[] means =
                busy.values().stream().mapToDouble(Member.Interval::mean).sorted().toArray();
        double median = means[(means.length - 1) / 2];
        double most =
                Math.max(median * rules.latencyFactor(), (double) rules.latencyFloor().toNanos());
        busy.forEach((member, seen) -> {
            if (seen.mean() > most) {
                boolean unused = eject(member, EjectionReason.LATENCY, now);
            }
        });
    }

    /** Takes a member out by judgement, unless too many are out. */
    private boolean eject(Member<T> member, EjectionReason reason, long now) {
        long out = members.values().stream().filter(each -> each.ejected && each.judged).count();
        if (member.ejected || out >= policy.ejection().most(members.size())) {
            return false;
        }
        Duration length = policy.ejection().length().after(member.ejections + 1);
        if (!take(member, reason, length, now)) {
            return false;
        }
        member.ejections++;
        member.judged = true;
        return true;
    }

    /** Takes a member out unless it is the last one, or gone; one that is out stays so longer. */
    private boolean take(Member<T> member, EjectionReason reason, Duration length, long now) {
        boolean listed = members.get(member.instance().name()) == member;
        long others =
                members.values().stream().filter(each -> each != member && serves(each)).count();
        if (!listed || (!member.ejected && others == 0)) {
            return false;
        }
        long until = now + length.toNanos();
        if (!member.ejected || until - member.ejectedUntil > 0) {
            member.ejectedUntil = until;
        }
        if (!member.ejected) {
            member.ejected = true;
            member.judged = false;
            events.ejected(member.instance(), reason, length);
        }
        return true;
    }

    private void back(Member<T> member, long now) {
        member.ejected = false;
        member.forgetFailures();
        member.rise(policy.ejection().back(), now);
        events.returned(member.instance());
    }

    private static long earlier(long one, long other) {
        return one - other <= 0 ? one : other;
    }
}

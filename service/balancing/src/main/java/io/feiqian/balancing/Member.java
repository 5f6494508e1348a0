package io.feiqian.balancing;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An instance as a pool sees it: how busy it is and how its calls ended. Whoever was given it for a
 * call says {@link #began} and then once {@link #ended}. Thread-safe; allocates nothing.
 *
 * @param <T> what an instance is to its user
 */
public final class Member<T> {
    private static final long ONE_CALL = 1L << 32;

    private final Pool<T> pool;
    private final long identity;
    private final Optional<Member<T>> present = Optional.of(this);
    private final AtomicInteger outstanding = new AtomicInteger();
    private final AtomicInteger failuresInARow = new AtomicInteger();

    /** Of this interval: answered or failed calls in the upper half, failures in the lower. */
    private final AtomicLong counted = new AtomicLong();

    private final AtomicLong nanos = new AtomicLong();
    private volatile Instance<T> instance;

    // What follows is the pool's, under its lock.
    boolean ejected;
    boolean judged;
    long ejectedUntil;
    int ejections;
    long risingSince;
    SlowStart rising = SlowStart.NONE;

    Member(Pool<T> pool, Instance<T> instance) {
        this.pool = pool;
        this.instance = instance;
        this.identity = Chance.ofText(instance.name());
    }

    /** The instance, as it was listed last. */
    public Instance<T> instance() {
        return instance;
    }

    /** What the instance is to its user. */
    public T target() {
        return instance.target();
    }

    /** How many calls it has not answered yet. */
    public int outstanding() {
        return outstanding.get();
    }

    /** A call to it begins. */
    public void began() {
        outstanding.incrementAndGet();
    }

    /**
     * A call to it has ended.
     *
     * @param took how long it took, nanoseconds
     */
    public void ended(Ending ending, long took) {
        outstanding.decrementAndGet();
        switch (ending) {
            case ANSWERED -> {
                counted.addAndGet(ONE_CALL);
                nanos.addAndGet(took);
                if (failuresInARow.get() != 0) {
                    failuresInARow.set(0);
                }
            }
            case FAILED -> {
                counted.addAndGet(ONE_CALL + 1);
                nanos.addAndGet(took);
                pool.failed(this, failuresInARow.incrementAndGet());
            }
            case UNREACHED -> pool.unreached(this);
            case ABANDONED -> {}
        }
    }

    @Override
    public String toString() {
        return instance.name();
    }

    Optional<Member<T>> present() {
        return present;
    }

    long identity() {
        return identity;
    }

    void relisted(Instance<T> newInstance) {
        instance = newInstance;
    }

    /** The calls of the interval, and begins another. */
    Interval take() {
        long calls = counted.getAndSet(0);
        long time = nanos.getAndSet(0);
        return new Interval(calls >>> 32, calls & (ONE_CALL - 1), time);
    }

    void forgetFailures() {
        failuresInARow.set(0);
        counted.set(0);
        nanos.set(0);
    }

    /** The share it takes now. */
    double share(long now) {
        return rising.share(now - risingSince);
    }

    void rise(SlowStart newRising, long now) {
        rising = newRising;
        risingSince = now;
    }

    /**
     * What was counted in one interval.
     *
     * @param calls how many ended
     * @param failures how many of them failed
     * @param nanos how long all of them took
     */
    record Interval(long calls, long failures, long nanos) {
        double mean() {
            return (double) nanos / calls;
        }
    }
}

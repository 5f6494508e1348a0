package io.feiqian.rpc;

import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the calls of one method over the last minute, and says which of them are kept: of a method
 * that is called often an even share, of another every call. Thread-safe, without locks.
 */
final class MethodCalls {
    /** So many calls a second of a method are kept, about. */
    static final int KEPT_A_SECOND = 32;

    /** Over how many seconds calls are counted. */
    static final int SECONDS = 60;

    private static final long SECOND = 1_000_000_000L;
    private static final long BUCKET = 5 * SECOND;

    /** One more than a minute has: the one that is being filled. */
    private static final int BUCKETS = SECONDS / 5 + 1;

    private static final int LARGEST_SHARE = 1 << 20;

    private final String service;
    private final String method;
    private final AtomicReferenceArray<Bucket> buckets = new AtomicReferenceArray<>(BUCKETS);
    private final AtomicLong arrivals = new AtomicLong();
    private final AtomicLong windowAt;
    private volatile long windowFrom;
    private volatile int every = 1;

    private static final class Bucket {
        final long number;
        final LongAdder calls = new LongAdder();
        final LongAdder failed = new LongAdder();
        final LongAdder governed = new LongAdder();
        final LongAdder nanos = new LongAdder();
        final LongAccumulator longest = new LongAccumulator(Math::max, 0);

        Bucket(long number) {
            this.number = number;
        }
    }

    MethodCalls(String service, String method, long now) {
        this.service = service;
        this.method = method;
        this.windowAt = new AtomicLong(now);
    }

    String fullName() {
        return service + "/" + method;
    }

    /** A call has come: for how many calls it stands if it is kept; 0 where it is not. */
    int came(long now) {
        at(now).calls.increment();
        long number = arrivals.incrementAndGet();
        long began = windowAt.get();
        if (now - began >= SECOND && windowAt.compareAndSet(began, now)) {
            every = share((number - windowFrom) * SECOND / (now - began));
            windowFrom = number;
        }
        int of = every;
        if (number - windowFrom > 2L * KEPT_A_SECOND * of && of < LARGEST_SHARE) {
            // More than the second before: the share shrinks at once.
            of *= 2;
            every = of;
        }
        return of == 1 || (mixed(number) & (of - 1)) == 0 ? of : 0;
    }

    /** A call was served. */
    void served(long now, long nanos, OutcomeCode outcome) {
        Bucket bucket = at(now);
        bucket.nanos.add(nanos);
        bucket.longest.accumulate(nanos);
        if (isFailure(outcome)) {
            bucket.failed.increment();
        }
    }

    /** A call was not served, by a rule. */
    void governed(long now) {
        at(now).governed.increment();
    }

    /** The calls of the last minute. */
    ServedMethod lately(long now) {
        long newest = Math.floorDiv(now, BUCKET);
        long calls = 0;
        long failed = 0;
        long governed = 0;
        long nanos = 0;
        long longest = 0;
        for (int i = 0; i < BUCKETS; i++) {
            Bucket each = buckets.get(i);
            if (each != null && newest - each.number < BUCKETS - 1) {
                calls += each.calls.sum();
                failed += each.failed.sum();
                governed += each.governed.sum();
                nanos += each.nanos.sum();
                longest = Math.max(longest, each.longest.get());
            }
        }
        return new ServedMethod(service, method, calls, failed, governed, nanos, longest);
    }

    private Bucket at(long now) {
        long number = Math.floorDiv(now, BUCKET);
        int place = (int) Math.floorMod(number, (long) BUCKETS);
        Bucket there = buckets.get(place);
        if (there != null && there.number >= number) {
            return there;
        }
        Bucket fresh = new Bucket(number);
        Bucket seen = buckets.compareAndExchange(place, there, fresh);
        return seen == there ? fresh : seen;
    }

    /** A power of two, so that a share is a mask. */
    private static int share(long perSecond) {
        int of = 1;
        while (perSecond > (long) KEPT_A_SECOND * of && of < LARGEST_SHARE) {
            of *= 2;
        }
        return of;
    }

    /** So that calls which take turns are not kept by turns. */
    private static long mixed(long number) {
        long z = number * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 32)) * 0xD6E8FEB86659FD93L;
        return z ^ (z >>> 32);
    }

    private static boolean isFailure(OutcomeCode outcome) {
        return switch (outcome.kind()) {
            case UNAVAILABLE, UNKNOWN, FAULT -> true;
            case ACCEPTED, INVALID, NOT_FOUND, BUSINESS, CONFLICT, ROUTING -> false;
        };
    }
}

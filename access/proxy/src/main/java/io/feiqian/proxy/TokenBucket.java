package io.feiqian.proxy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * So many in a second, up to a second's worth of them at once. Thread-safe, allocates nothing;
 * another rate may be asked for at any time.
 */
final class TokenBucket {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** When all of it is there again; nothing was taken where that is past. */
    private final AtomicLong fullAt = new AtomicLong(Long.MIN_VALUE);

    /** Takes one, if there is one. */
    boolean take(int perSecond, long now) {
        long each = SECOND / perSecond;
        while (true) {
            long seen = fullAt.get();
            long from = seen == Long.MIN_VALUE || seen - now < 0 ? now : seen;
            if (from + each - now > SECOND) {
                return false;
            }
            if (fullAt.compareAndSet(seen, from + each)) {
                return true;
            }
        }
    }

    /** Whether it says nothing any more. */
    boolean isFull(long now) {
        long seen = fullAt.get();
        return seen == Long.MIN_VALUE || seen - now <= 0;
    }
}

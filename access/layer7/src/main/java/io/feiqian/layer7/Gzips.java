package io.feiqian.layer7;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The streams of gzip of one event loop: so many at a time and no more, since a slow client may
 * hold one for long. Whoever gets none answers as it is. Confined to the event loop.
 */
final class Gzips {
    /** At a time; 8 MB of memory. */
    static final int MOST = 32;

    private final ArrayDeque<Gzip> free = new ArrayDeque<>();
    private final Counter before;
    private final Counter after;
    private final Counter refused;
    private int taken;
    private boolean closed;

    Gzips(MeterRegistry metrics) {
        this.before = bytes(metrics, "before");
        this.after = bytes(metrics, "after");
        this.refused =
                Counter.builder("feiqian.gateway.compression.refused")
                        .description("Answers that went as they are, since too many were packed")
                        .register(metrics);
    }

    private static Counter bytes(MeterRegistry metrics, String when) {
        return Counter.builder("feiqian.gateway.compression")
                .description("Bytes of answers before and after they were made smaller")
                .baseUnit("bytes")
                .tag("when", when)
                .register(metrics);
    }

    /** One that begins; null where too many are in use. To be given back. */
    @Nullable Gzip take(int level) {
        if (taken == MOST) {
            refused.increment();
            return null;
        }
        taken++;
        Gzip known = free.poll();
        Gzip one = known == null ? new Gzip() : known;
        one.begin(level);
        return one;
    }

    /** It is not needed any more. */
    void give(Gzip one) {
        taken--;
        if (closed) {
            one.close();
        } else {
            free.push(one);
        }
    }

    void count(long bytesBefore, long bytesAfter) {
        before.increment((double) bytesBefore);
        after.increment((double) bytesAfter);
    }

    /** Gives the memory back; what is still in use follows. */
    void close() {
        closed = true;
        for (Gzip each = free.poll(); each != null; each = free.poll()) {
            each.close();
        }
    }
}

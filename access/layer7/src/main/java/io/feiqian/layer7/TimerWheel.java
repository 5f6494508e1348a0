package io.feiqian.layer7;

import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop, looked at every few milliseconds: nothing is scheduled per
 * request, and who moves its deadline back is only looked at again. Confined to its event loop.
 */
final class TimerWheel {
    /** How often it turns, nanoseconds; deadlines are met within two turns. */
    static final long TURN = 20_000_000;

    private static final int BUCKETS = 64;

    private final @Nullable Timed[] buckets = new Timed[BUCKETS];
    private long turned;
    private int at;

    TimerWheel(long now) {
        this.turned = now;
    }

    /** Puts it where it is looked at next: when it is due, or within a second. */
    void place(Timed item) {
        remove(item);
        long turns = (item.due() - turned + TURN - 1) / TURN;
        int ahead = (int) Math.max(1, Math.min(turns, BUCKETS - 1));
        int bucket = (at + ahead) % BUCKETS;
        item.bucket = bucket;
        item.lookAt = turned + ahead * TURN;
        Timed first = buckets[bucket];
        item.before = null;
        item.after = first;
        if (first != null) {
            first.before = item;
        }
        buckets[bucket] = item;
    }

    /** Takes it out. */
    void remove(Timed item) {
        if (item.bucket < 0) {
            return;
        }
        Timed before = item.before;
        Timed after = item.after;
        if (before != null) {
            before.after = after;
        } else {
            buckets[item.bucket] = after;
        }
        if (after != null) {
            after.before = before;
        }
        item.before = null;
        item.after = null;
        item.bucket = -1;
    }

    /** Looks at what may be due by now. */
    void turn(long now) {
        while (now - turned >= TURN) {
            turned += TURN;
            at = (at + 1) % BUCKETS;
            for (Timed item = buckets[at]; item != null; item = buckets[at]) {
                remove(item);
                if (item.due() == Timed.NEVER) {
                    continue;
                }
                if (now - item.due() >= 0) {
                    item.notDue();
                    item.expired(now);
                } else {
                    place(item);
                }
            }
        }
    }
}

package io.feiqian.layer4;

import io.feiqian.runtime.Clock;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop, looked at a few times a second: whose time is over is told so.
 * One look at all of them is cheaper than a timer for each. Belongs to its event loop.
 */
final class LoopWatch {
    private static final Duration EVERY = Duration.ofMillis(100);

    /** Something whose time may be over; a link of the list. */
    abstract static class Watched {
        @Nullable Watched before;
        @Nullable Watched after;
        boolean linked;

        /** Its time may be over. */
        abstract void look(long now);
    }

    /** The ends of the list. */
    private static final class End extends Watched {
        @Override
        void look(long now) {}
    }

    private final EventLoop loop;
    private final Clock clock;
    private final End end = new End();
    private int size;
    private @Nullable Future<?> turns;

    LoopWatch(EventLoop loop, Clock clock) {
        this.loop = loop;
        this.clock = clock;
        end.before = end;
        end.after = end;
    }

    EventLoop loop() {
        return loop;
    }

    void add(Watched watched) {
        Watched last = end.before == null ? end : end.before;
        watched.before = last;
        watched.after = end;
        last.after = watched;
        end.before = watched;
        watched.linked = true;
        size++;
        if (turns == null) {
            long nanos = EVERY.toNanos();
            turns = loop.scheduleAtFixedRate(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
        }
    }

    void remove(Watched watched) {
        if (!watched.linked || watched.before == null || watched.after == null) {
            return;
        }
        watched.before.after = watched.after;
        watched.after.before = watched.before;
        watched.linked = false;
        size--;
    }

    /** Does this with each of them; it may remove itself. */
    void each(Consumer<Watched> action) {
        Watched next = end.after;
        while (next != null && next != end) {
            // One that removed itself still knows who came after it.
            Watched now = next;
            next = now.after;
            action.accept(now);
        }
    }

    private void look() {
        long now = clock.nanos();
        each(watched -> watched.look(now));
        if (size == 0 && turns != null) {
            var _ = turns.cancel(false);
            turns = null;
        }
    }
}

package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** What was the matter when, so that what befell requests can be explained. Thread-safe. */
final class Weather {
    /** What can be the matter. */
    enum Kind {
        /** The gateway was killed, and does not serve yet. */
        GATEWAY_AWAY,
        /** The gateway stops in order and comes back: nothing it had taken may be lost. */
        GATEWAY_RESTARTS,
        /** No backend is well. */
        NO_BACKEND,
        /** Some backend is not well; others are. */
        BACKEND_SICK
    }

    private static final class Spell {
        final Kind kind;
        final long from;

        /** Open where it has no end yet. */
        volatile Optional<Long> to = Optional.empty();

        Spell(Kind kind, long from) {
            this.kind = kind;
            this.from = from;
        }
    }

    private final List<Spell> spells = new CopyOnWriteArrayList<>();
    private final Clock clock;

    Weather(Clock clock) {
        this.clock = clock;
    }

    /** It begins now, and lasts until the result is closed and this long after. */
    AutoClosed begin(Kind kind, Duration after) {
        Spell spell = new Spell(kind, clock.nanos());
        spells.add(spell);
        return () -> spell.to = Optional.of(clock.nanos() + after.toNanos());
    }

    /** Whether it was so at some time between these two, of the monotonic clock. */
    boolean was(Kind kind, long from, long to) {
        return spells.stream()
                .anyMatch(each ->
                        each.kind == kind
                                && each.from - to <= 0
                                && each.to.map(end -> end - from >= 0).orElse(true));
    }

    /** What ends when it is closed, without a failure. */
    interface AutoClosed extends AutoCloseable {
        @Override
        void close();
    }
}

package io.feiqian.console;

import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Something that is read once in a time, however many ask for it. Thread-safe: who asks while it is
 * read waits for it.
 *
 * @param <T> what it is
 */
final class Kept<T> {
    private final Clock clock;
    private final long freshNanos;
    private final Supplier<T> reading;

    /** What was read last, and when; guarded by this. */
    private Optional<T> last = Optional.empty();

    private long lastNanos;

    Kept(Clock clock, Duration fresh, Supplier<T> reading) {
        this.clock = clock;
        this.freshNanos = fresh.toNanos();
        this.reading = reading;
    }

    /** Has it read anew by whoever asks next. */
    synchronized void forget() {
        last = Optional.empty();
    }

    synchronized T get() {
        if (last.isEmpty() || clock.nanos() - lastNanos > freshNanos) {
            last = Optional.of(reading.get());
            lastNanos = clock.nanos();
        }
        return last.orElseThrow();
    }
}

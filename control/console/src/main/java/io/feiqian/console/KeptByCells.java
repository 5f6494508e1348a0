package io.feiqian.console;

import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Something that is asked of cells once in a time, however many users of the same cells ask for it;
 * users of others never get it. Thread-safe.
 *
 * @param <T> what it is
 */
final class KeptByCells<T> {
    /** Tenants that nobody uses any more are forgotten with all others. */
    private static final int MOST = 100;

    private record Read<T>(T value, boolean leftOut) {}

    private final Clock clock;
    private final Duration fresh;
    private final Function<Cells, T> reading;

    /** By the cells that it was asked of; guarded by this. */
    private final Map<Optional<Set<String>>, Kept<Read<T>>> kept = new HashMap<>();

    KeptByCells(Clock clock, Duration fresh, Function<Cells, T> reading) {
        this.clock = clock;
        this.fresh = fresh;
        this.reading = reading;
    }

    T get(Cells cells) {
        Read<T> read = of(cells).get();
        if (read.leftOut()) {
            cells.markLeftOut();
        }
        return read.value();
    }

    /** Has it asked anew by whoever asks next. */
    void forget() {
        all().forEach(Kept::forget);
    }

    private synchronized List<Kept<Read<T>>> all() {
        return List.copyOf(kept.values());
    }

    private synchronized Kept<Read<T>> of(Cells cells) {
        if (kept.size() >= MOST && !kept.containsKey(cells.bounds())) {
            kept.clear();
        }
        return kept.computeIfAbsent(
                cells.bounds(), _ -> new Kept<>(clock, fresh, () -> read(cells.anew())));
    }

    private Read<T> read(Cells cells) {
        T value = reading.apply(cells);
        return new Read<>(value, cells.leftOut());
    }
}

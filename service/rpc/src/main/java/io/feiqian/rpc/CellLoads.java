package io.feiqian.rpc;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How busy each cell is, as this process sees it (D5.5-a): how many of its calls the cell has not
 * answered, and whether the cell had no room, or was not there, a moment ago. A cell that refuses
 * everything at once has nothing in flight, so what it refuses must count too. Thread-safe.
 */
final class CellLoads {
    /** How long a refusal is remembered. */
    static final Duration MEMORY = Duration.ofSeconds(1);

    /** More than any number of calls that one process has in flight. */
    private static final int REFUSING = 1_000_000;

    private static final class Load {
        private final AtomicInteger inFlight = new AtomicInteger();
        private volatile long refusedUntilNanos;
        private volatile boolean refused;
    }

    private final Map<CellId, Load> loads = new ConcurrentHashMap<>();
    private final Clock clock;

    CellLoads(Clock clock) {
        this.clock = clock;
    }

    /** A number to compare cells by: greater is busier. */
    int of(CellId cell) {
        Load load = loads.get(cell);
        if (load == null) {
            return 0;
        }
        boolean refusing = load.refused && load.refusedUntilNanos - clock.nanos() > 0;
        return load.inFlight.get() + (refusing ? REFUSING : 0);
    }

    /** A request is on its way to the cell. */
    void began(CellId cell) {
        load(cell).inFlight.incrementAndGet();
    }

    /** The cell has answered, or will not. */
    void ended(CellId cell) {
        load(cell).inFlight.decrementAndGet();
    }

    /** A call to the cell ended so. */
    void heard(CellId cell, OutcomeCode code) {
        if (lacksRoom(code)) {
            Load load = load(cell);
            load.refusedUntilNanos = clock.nanos() + MEMORY.toNanos();
            load.refused = true;
        }
    }

    private Load load(CellId cell) {
        return loads.computeIfAbsent(cell, id -> new Load());
    }

    private static boolean lacksRoom(OutcomeCode code) {
        return code == OutcomeCode.OVERLOADED
                || code == OutcomeCode.CELL_UNAVAILABLE
                || code == OutcomeCode.DATABASE_UNAVAILABLE
                || code == OutcomeCode.DATABASE_FULL;
    }
}

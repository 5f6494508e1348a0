package io.feiqian.rpc;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts how this process's calls to each cell ended and how often they were sent again: what shows
 * whether a restart lost anything (P6.2.2.6-c). The metrics are {@code feiqian.cell.calls} by cell
 * and {@code ended}, and {@code feiqian.cell.again} by cell and {@code why}. Thread-safe.
 */
public final class CallCounts {
    /** How a call ended for who made it. */
    public enum Ending {
        /** With a certain answer of the cell, be it a refusal. */
        ANSWERED,
        /** With nobody to serve it; it had no effect. */
        TURNED_AWAY,
        /** Nobody knows whether it had an effect. */
        UNKNOWN
    }

    /** Why a call was sent again. */
    public enum Again {
        /** It was refused unseen, or not reached: no instance had begun it. */
        MOVED,
        /** Its answer was lost, and a repetition of a change finds out by its trace number. */
        REPEATED
    }

    private record Key(CellId cell, Enum<?> what) {}

    private final MeterRegistry metrics;
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();

    /** Counts in this registry. */
    public CallCounts(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    void ended(CellId cell, OutcomeCode code) {
        Ending ending =
                switch (code.kind()) {
                    case ACCEPTED, INVALID, NOT_FOUND, BUSINESS, CONFLICT -> Ending.ANSWERED;
                    case ROUTING, UNAVAILABLE -> Ending.TURNED_AWAY;
                    case UNKNOWN, FAULT -> Ending.UNKNOWN;
                };
        counter("feiqian.cell.calls", "How calls to a cell ended", "ended", cell, ending)
                .increment();
    }

    void again(CellId cell, Again why) {
        counter("feiqian.cell.again", "Calls to a cell that were sent again", "why", cell, why)
                .increment();
    }

    private Counter counter(
            String name, String description, String tag, CellId cell, Enum<?> what) {
        return counters.computeIfAbsent(
                new Key(cell, what),
                key ->
                        Counter.builder(name)
                                .description(description)
                                .tag("cell", key.cell().toString())
                                .tag(tag, key.what().name().toLowerCase(Locale.ROOT))
                                .register(metrics));
    }
}

package io.feiqian.layer7;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.CellId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How much of each cell is in use, as the cells say in their answers: smoothed over about a second,
 * and forgotten within seconds where a cell says nothing more, so that one that is passed over for
 * being busy is tried again. Overloaded is a cell from 95 % until it is below 80 % again, so that
 * one at the edge does not turn the traffic around all the time. Thread-safe.
 */
public final class ReportedLoads {
    private static final double SMOOTHED_NANOS = Duration.ofSeconds(1).toNanos();
    private static final double HALVED_NANOS = Duration.ofSeconds(2).toNanos();
    private static final double OVERLOADED = 0.95;
    private static final double RECOVERED = 0.8;

    /** What is known of a cell at a moment. */
    private record Known(double load, boolean overloaded, long at) {
        double now(long nanos) {
            return load * Math.pow(0.5, Math.max(0, nanos - at) / HALVED_NANOS);
        }

        Known next(double load, long nanos) {
            boolean still = overloaded && load > RECOVERED;
            return new Known(load, still || load >= OVERLOADED, nanos);
        }
    }

    private final Clock clock;
    private final Map<CellId, Known> known = new ConcurrentHashMap<>();

    /** Nothing is known yet. */
    public ReportedLoads(Clock clock) {
        this.clock = clock;
    }

    /**
     * A cell said how much of it is in use.
     *
     * @param load 0 to 1; what lies outside is taken as the nearest of these
     */
    public void reported(CellId cell, double load) {
        double said = Math.min(1, Math.max(0, load));
        long now = clock.nanos();
        known.compute(
                cell,
                (id, before) -> {
                    if (before == null) {
                        return new Known(said, said >= OVERLOADED, now);
                    }
                    double kept = Math.exp(-(now - before.at()) / SMOOTHED_NANOS);
                    return before.next(kept * before.load() + (1 - kept) * said, now);
                });
    }

    /** A cell refused for want of room. */
    public void refused(CellId cell) {
        known.put(cell, new Known(1, true, clock.nanos()));
    }

    /** The cell as one to choose. */
    public CellAllocation.Candidate candidate(CellStanding standing) {
        @Nullable Known found = known.get(standing.cell());
        if (found == null) {
            return new CellAllocation.Candidate(standing, 0, false);
        }
        double load = found.now(clock.nanos());
        return new CellAllocation.Candidate(standing, load, found.overloaded() && load > RECOVERED);
    }
}

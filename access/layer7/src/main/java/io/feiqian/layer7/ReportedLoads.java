package io.feiqian.layer7;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.CellId;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
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

    /**
     * What is known of a cell.
     *
     * @param load what it said, smoothed
     * @param at when it said so last
     * @param usual how many requests of this gateway it usually has not answered
     * @param seen when that was looked at last
     */
    private record Known(double load, boolean overloaded, long at, double usual, long seen) {
        double now(long nanos) {
            return load * Math.pow(0.5, Math.max(0, nanos - at) / HALVED_NANOS);
        }

        Known said(double said, long nanos) {
            double kept = kept(nanos - at);
            double next = kept * load + (1 - kept) * said;
            boolean still = overloaded && next > RECOVERED;
            return new Known(next, still || next >= OVERLOADED, nanos, usual, seen);
        }

        Known looked(int outstanding, long nanos) {
            double kept = kept(nanos - seen);
            return new Known(load, overloaded, at, kept * usual + (1 - kept) * outstanding, nanos);
        }

        private static double kept(long passed) {
            return Math.exp(-Math.max(0, passed) / SMOOTHED_NANOS);
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
                (id, before) ->
                        before == null
                                ? new Known(said, said >= OVERLOADED, now, 0, now)
                                : before.said(said, now));
    }

    /** A cell refused for want of room. */
    public void refused(CellId cell) {
        long now = clock.nanos();
        known.compute(
                cell,
                (id, before) ->
                        new Known(
                                1,
                                true,
                                now,
                                before == null ? 0 : before.usual(),
                                before == null ? now : before.seen()));
    }

    /**
     * The cell as one to choose. What it said is older than what happens here: with twice as many
     * unanswered requests as usual it is taken to be twice as busy as it said.
     */
    public CellAllocation.Candidate candidate(CellStanding standing) {
        long now = clock.nanos();
        @Nullable Known found =
                known.computeIfPresent(
                        standing.cell(),
                        (id, before) -> before.looked(standing.outstanding(), now));
        if (found == null) {
            return new CellAllocation.Candidate(standing, OptionalDouble.empty(), false);
        }
        double load = found.now(now);
        double ratio = (standing.outstanding() + 1) / (found.usual() + 1);
        return new CellAllocation.Candidate(
                standing, OptionalDouble.of(load * ratio), found.overloaded() && load > RECOVERED);
    }
}

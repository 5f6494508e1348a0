package io.feiqian.console;

import io.feiqian.observatory.TraceSummary;
import java.util.List;

/**
 * A search among traces.
 *
 * @param kept whether there is an observatory at all
 * @param filter what was asked for
 * @param found the newest first
 */
public record Traces(boolean kept, Filter filter, List<TraceSummary> found) {
    /** The times that a search can go back, minutes: up to a week. */
    public static final List<Integer> MINUTES = List.of(5, 15, 60, 360, 1_440, 10_080);

    /** Copies the list. */
    public Traces {
        found = List.copyOf(found);
    }

    /**
     * What is looked for.
     *
     * @param minutes how far back
     * @param node a role, a cell or an instance; empty for any
     * @param failed only what failed
     * @param leastMillis took at least so long
     * @param text in names, outcomes, faults and notes
     * @param level of log lines; empty for any
     */
    public record Filter(
            int minutes, String node, boolean failed, long leastMillis, String text, String level) {
        static Filter of(Asked visit) {
            return new Filter(
                    Math.clamp(visit.queryNumber("minutes", 15), 1, 10_080),
                    visit.query("node").strip(),
                    !visit.query("failed").isEmpty(),
                    Math.clamp(visit.queryNumber("least", 0), 0, 86_400_000),
                    visit.query("text").strip(),
                    visit.query("level").strip());
        }

        /** Where the search begins, microseconds since 1970. */
        long fromMicros(long nowMillis) {
            return (nowMillis - minutes * 60_000L) * 1_000;
        }
    }
}

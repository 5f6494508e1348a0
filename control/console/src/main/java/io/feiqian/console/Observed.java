package io.feiqian.console;

import io.feiqian.observatory.LogLine;
import io.feiqian.observatory.TraceSummary;
import java.util.List;

/**
 * What the observatory keeps of something.
 *
 * @param traces the newest first
 * @param lines the oldest first
 */
public record Observed(List<TraceSummary> traces, List<LogLine> lines) {
    /** Nothing, or nobody to ask. */
    static final Observed NOTHING = new Observed(List.of(), List.of());

    /** Copies the lists. */
    public Observed {
        traces = List.copyOf(traces);
        lines = List.copyOf(lines);
    }

    /** Of these, with the lines in the order in which they were written. */
    static Observed of(List<TraceSummary> traces, List<LogLine> newestFirst) {
        return new Observed(traces, newestFirst.reversed());
    }
}

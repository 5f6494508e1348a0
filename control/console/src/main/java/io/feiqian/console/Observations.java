package io.feiqian.console;

import io.feiqian.observatory.CallPattern;
import io.feiqian.observatory.CallSum;
import io.feiqian.observatory.LogLine;
import io.feiqian.observatory.SpanRecord;
import java.util.List;

/** Traces and calls for programs: what the pages show, without how it is drawn. */
final class Observations {
    private Observations() {}

    /**
     * A trace.
     *
     * @param cut whether it has more spans than are here
     */
    record OneTrace(
            String id,
            String traceNumber,
            long startedMicros,
            long durationMicros,
            List<Span> spans,
            List<LogLine> lines,
            boolean cut) {}

    /**
     * A span.
     *
     * @param critical whether the trace would have been shorter without it
     * @param ownMicros how long it took without those below
     */
    record Span(SpanRecord span, int depth, boolean critical, long ownMicros) {}

    /** Who called whom in the last minutes; kept says whether anybody can say. */
    record Calls(
            boolean kept,
            int minutes,
            List<Node> nodes,
            List<Edge> edges,
            List<CallSum> calls,
            List<CallPattern> patterns) {}

    /** Who takes part: a role, a cell or a database. */
    record Node(
            String name,
            long calls,
            long failures,
            long meanMicros,
            long longestMicros,
            boolean unhealthy) {}

    /** Calls between two of them. */
    record Edge(
            String from,
            String to,
            long calls,
            long failures,
            long meanMicros,
            boolean unhealthy) {}

    static OneTrace of(Trace it) {
        return new OneTrace(
                it.id(),
                it.traceNumber(),
                it.startedMicros(),
                it.durationMicros(),
                it.bars().stream()
                        .map(bar ->
                                new Span(bar.span(), bar.depth(), bar.critical(), bar.ownMicros()))
                        .toList(),
                it.lines(),
                it.cut());
    }

    static Calls of(Topology it) {
        return new Calls(
                it.kept(),
                it.minutes(),
                it.nodes().stream()
                        .map(node ->
                                new Node(
                                        node.name(),
                                        node.calls(),
                                        node.failures(),
                                        node.meanMicros(),
                                        node.longest(),
                                        node.unhealthy()))
                        .toList(),
                it.edges().stream()
                        .map(edge ->
                                new Edge(
                                        edge.from(),
                                        edge.to(),
                                        edge.calls(),
                                        edge.failures(),
                                        edge.meanMicros(),
                                        edge.unhealthy()))
                        .toList(),
                it.calls(),
                it.patterns());
    }
}

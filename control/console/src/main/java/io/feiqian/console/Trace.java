package io.feiqian.console;

import io.feiqian.observatory.LogLine;
import io.feiqian.observatory.SpanKind;
import io.feiqian.observatory.SpanRecord;
import io.feiqian.observatory.TraceTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One trace as timeline and sequence chart: a pure function of its spans. Lengths are in units of
 * the pictures.
 *
 * @param id 32 hexadecimal digits
 * @param traceNumber the transaction's; empty where it is of none
 * @param startedMicros when it began
 * @param durationMicros how long it took
 * @param bars the timeline, a span each
 * @param nodes who took part, from left to right
 * @param arrows who called whom, in the order of time
 * @param lines the log lines, the oldest first
 * @param cut whether it has more spans than are shown
 */
public record Trace(
        String id,
        String traceNumber,
        long startedMicros,
        long durationMicros,
        List<Bar> bars,
        List<String> nodes,
        List<Arrow> arrows,
        List<LogLine> lines,
        boolean cut) {
    /** The width of the timeline. */
    public static final int WIDTH = 1_000;

    /** The distance of two nodes of the sequence chart. */
    public static final int COLUMN = 200;

    /** The distance of two arrows. */
    public static final int STEP = 34;

    private static final String CALLER = "client";
    private static final int MOST_ARROWS = 200;
    private static final int DEEPEST = 12;

    /** Copies the lists. */
    public Trace {
        bars = List.copyOf(bars);
        nodes = List.copyOf(nodes);
        arrows = List.copyOf(arrows);
        lines = List.copyOf(lines);
    }

    /**
     * A span in the timeline.
     *
     * @param depth 0 at the top, 12 at most
     * @param from where it begins
     * @param length at least 1
     * @param look how it looks: {@code failed}, {@code critical} or {@code plain}
     */
    public record Bar(
            SpanRecord span,
            int depth,
            long from,
            long length,
            String look,
            boolean critical,
            long ownMicros) {}

    /**
     * A call in the sequence chart.
     *
     * @param from the column of who calls, from 0
     * @param to the column of who is called
     */
    public record Arrow(int from, int to, String name, long durationMicros, boolean failed) {}

    static Trace of(String id, List<SpanRecord> spans, List<LogLine> newestFirst, int most) {
        TraceTree tree = TraceTree.of(spans);
        List<Bar> bars = tree.rows().stream().map(row -> bar(row, tree)).toList();
        Map<Long, SpanRecord> byId = new HashMap<>();
        tree.rows().forEach(row -> byId.put(row.span().id(), row.span()));
        List<SpanRecord> calls = calls(tree);
        Set<String> nodes = new LinkedHashSet<>();
        calls.forEach(each -> {
            nodes.add(caller(each, byId));
            nodes.add(called(each));
        });
        List<String> columns = List.copyOf(nodes);
        return new Trace(
                id,
                spans.stream()
                        .map(SpanRecord::traceNumber)
                        .filter(each -> !each.isEmpty())
                        .findFirst()
                        .orElse(""),
                tree.startedMicros(),
                tree.durationMicros(),
                bars,
                columns,
                calls.stream()
                        .map(each ->
                                new Arrow(
                                        columns.indexOf(caller(each, byId)),
                                        columns.indexOf(called(each)),
                                        shortName(each.name()),
                                        each.durationMicros(),
                                        each.failed()))
                        .toList(),
                newestFirst.reversed(),
                spans.size() >= most);
    }

    /** How wide the sequence chart is. */
    public int chartWidth() {
        return Math.max(1, nodes.size()) * COLUMN;
    }

    /** How high the sequence chart is. */
    public int chartHeight() {
        return 40 + arrows.size() * STEP;
    }

    /** What was served, and calls to what has no spans of its own, such as a database. */
    private static List<SpanRecord> calls(TraceTree tree) {
        Set<Long> answered = new LinkedHashSet<>();
        tree.rows().stream()
                .map(TraceTree.Row::span)
                .filter(each -> each.kind() == SpanKind.SERVER || each.kind() == SpanKind.CONSUMER)
                .forEach(each -> answered.add(each.parent()));
        List<SpanRecord> calls = new ArrayList<>();
        for (TraceTree.Row row : tree.rows()) {
            SpanRecord span = row.span();
            boolean served = span.kind() == SpanKind.SERVER || span.kind() == SpanKind.CONSUMER;
            boolean silent = span.kind().isCall() && !span.target().isEmpty();
            if (served || (silent && !answered.contains(span.id()))) {
                calls.add(span);
            }
        }
        return calls.stream()
                .sorted(java.util.Comparator.comparingLong(SpanRecord::startedMicros))
                .limit(MOST_ARROWS)
                .toList();
    }

    private static String caller(SpanRecord call, Map<Long, SpanRecord> byId) {
        if (call.kind().isCall()) {
            return call.from().node();
        }
        SpanRecord parent = byId.get(call.parent());
        return parent == null ? CALLER : parent.from().node();
    }

    private static String called(SpanRecord call) {
        return call.kind().isCall() ? call.target() : call.from().node();
    }

    /** Without the package of a gRPC method; addresses of HTTP stay whole. */
    private static String shortName(String name) {
        return name.indexOf(' ') < 0 ? name.substring(name.lastIndexOf('/') + 1) : name;
    }

    private static Bar bar(TraceTree.Row row, TraceTree tree) {
        SpanRecord span = row.span();
        double scale = (double) WIDTH / Math.max(1, tree.durationMicros());
        long from = Math.round((span.startedMicros() - tree.startedMicros()) * scale);
        long length = Math.max(2, Math.round(span.durationMicros() * scale));
        return new Bar(
                span,
                Math.min(row.depth(), DEEPEST),
                Math.min(from, WIDTH - 2),
                length,
                span.failed() ? "failed" : row.critical() ? "critical" : "plain",
                row.critical(),
                row.ownMicros());
    }
}

package io.feiqian.observatory;

import java.util.List;

/**
 * What one request of a process brought.
 *
 * @param left how many of its values were too many and are not among the points
 * @param bytes how large the request was
 */
record Arrived(
        List<SpanRecord> spans,
        List<LogLine> lines,
        List<MetricPoint> points,
        int left,
        long bytes) {
    Arrived {
        spans = List.copyOf(spans);
        lines = List.copyOf(lines);
        points = List.copyOf(points);
    }

    static Arrived ofSpans(List<SpanRecord> spans, long bytes) {
        return new Arrived(spans, List.of(), List.of(), 0, bytes);
    }

    static Arrived ofLines(List<LogLine> lines, long bytes) {
        return new Arrived(List.of(), lines, List.of(), 0, bytes);
    }

    static Arrived ofPoints(List<MetricPoint> points, int left, long bytes) {
        return new Arrived(List.of(), List.of(), points, left, bytes);
    }

    /** How many records are to be written. */
    int size() {
        return spans.size() + lines.size() + points.size();
    }
}

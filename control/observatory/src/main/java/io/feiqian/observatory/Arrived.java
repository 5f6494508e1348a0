package io.feiqian.observatory;

import java.util.List;

/**
 * What one request of a process brought.
 *
 * @param bytes how large the request was
 */
record Arrived(List<SpanRecord> spans, List<LogLine> lines, long bytes) {
    Arrived {
        spans = List.copyOf(spans);
        lines = List.copyOf(lines);
    }

    int size() {
        return spans.size() + lines.size();
    }
}

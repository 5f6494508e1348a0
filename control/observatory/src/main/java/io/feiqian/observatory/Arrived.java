package io.feiqian.observatory;

import java.util.List;

/** What one request of a process brought. */
record Arrived(List<SpanRecord> spans, List<LogLine> lines) {
    Arrived {
        spans = List.copyOf(spans);
        lines = List.copyOf(lines);
    }

    int size() {
        return spans.size() + lines.size();
    }
}

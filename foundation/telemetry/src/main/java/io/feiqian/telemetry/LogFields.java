package io.feiqian.telemetry;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** The fields that log lines take from the thread. */
final class LogFields {
    static final String TRACE_ID = "trace_id";
    static final String SPAN_ID = "span_id";

    private LogFields() {}

    static void restore(String field, @Nullable String earlier) {
        if (earlier == null) {
            MDC.remove(field);
        } else {
            MDC.put(field, earlier);
        }
    }
}

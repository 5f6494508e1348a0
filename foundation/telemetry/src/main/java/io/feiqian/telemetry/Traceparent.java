package io.feiqian.telemetry;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;

/**
 * The {@code traceparent} of W3C Trace Context, version 00, and later ones as far as they agree.
 */
final class Traceparent {
    private static final int LENGTH = 55;

    private Traceparent() {}

    static String write(SpanContext span) {
        return span.isValid()
                ? "00-%s-%s-%s"
                        .formatted(
                                span.getTraceId(), span.getSpanId(), span.getTraceFlags().asHex())
                : "";
    }

    static SpanContext parse(String text) {
        boolean readable =
                text.length() >= LENGTH
                        && text.matches("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.*")
                        && !text.startsWith("ff")
                        && (text.length() == LENGTH
                                || (!text.startsWith("00") && text.charAt(LENGTH) == '-'));
        if (!readable) {
            return SpanContext.getInvalid();
        }
        return SpanContext.createFromRemoteParent(
                text.substring(3, 35),
                text.substring(36, 52),
                TraceFlags.fromHex(text, 53),
                TraceState.getDefault());
    }
}

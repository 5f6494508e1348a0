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
                ? "00-"
                        + span.getTraceId()
                        + "-"
                        + span.getSpanId()
                        + "-"
                        + span.getTraceFlags().asHex()
                : "";
    }

    static SpanContext parse(String text) {
        if (!isReadable(text)) {
            return SpanContext.getInvalid();
        }
        return SpanContext.createFromRemoteParent(
                text.substring(3, 35),
                text.substring(36, 52),
                TraceFlags.fromHex(text, 53),
                TraceState.getDefault());
    }

    private static boolean isReadable(String text) {
        boolean first = text.startsWith("00");
        return text.length() >= LENGTH
                && (text.length() == LENGTH || (!first && text.charAt(LENGTH) == '-'))
                && !text.startsWith("ff")
                && text.charAt(2) == '-'
                && text.charAt(35) == '-'
                && text.charAt(52) == '-'
                && isHex(text, 0, 2)
                && isHex(text, 3, 35)
                && isHex(text, 36, 52)
                && isHex(text, 53, LENGTH);
    }

    private static boolean isHex(String text, int from, int to) {
        for (int at = from; at < to; at++) {
            char c = text.charAt(at);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return false;
            }
        }
        return true;
    }
}

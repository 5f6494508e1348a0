package io.feiqian.observatory;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Reads what OTLP brings (opentelemetry-proto, traces and logs of version 1). Whoever sent it:
 * texts are cut to a length, characters that a database refuses are replaced, spans without numbers
 * are left out, and times that cannot be are made to be.
 */
final class OtlpReader {
    static final int LONGEST_NAME = 200;
    static final int LONGEST_MESSAGE = 4_000;
    static final int LONGEST_EXCEPTION = 16_000;
    private static final int MOST_NOTES = 32;
    private static final int TRACE_ID_BYTES = 16;
    private static final int SPAN_ID_BYTES = 8;

    /** The year 2500; the sum with any duration fits a long. */
    private static final long LAST_MICROS = 16_725_225_600_000_000L;

    private static final long LONGEST_MICROS = TimeUnit.DAYS.toMicros(365);

    private static final String CELL = "feiqian.cell";
    private static final String SLOT = "feiqian.slot";
    private static final String OUTCOME = "feiqian.outcome";
    private static final String SPAN_TRACE_NUMBER = "feiqian.trace_number";
    private static final String LINE_TRACE_NUMBER = "trace_number";
    private static final String EXCEPTION_TYPE = "exception.type";
    private static final String EXCEPTION_MESSAGE = "exception.message";
    private static final String EXCEPTION_STACK = "exception.stacktrace";

    private OtlpReader() {}

    /** Reads a request with spans. */
    static Arrived spans(byte[] request) throws InvalidProtocolBufferException {
        List<SpanRecord> spans = new ArrayList<>();
        for (ResourceSpans process :
                ExportTraceServiceRequest.parseFrom(request).getResourceSpansList()) {
            Source from = source(process.getResource());
            for (ScopeSpans scope : process.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    if (span.getTraceId().size() == TRACE_ID_BYTES
                            && number(span.getSpanId()) != 0) {
                        spans.add(span(span, from));
                    }
                }
            }
        }
        return Arrived.ofSpans(spans, request.length);
    }

    /** Reads a request with log lines. */
    static Arrived lines(byte[] request) throws InvalidProtocolBufferException {
        List<LogLine> lines = new ArrayList<>();
        for (ResourceLogs process :
                ExportLogsServiceRequest.parseFrom(request).getResourceLogsList()) {
            Source from = source(process.getResource());
            for (ScopeLogs scope : process.getScopeLogsList()) {
                String logger = text(scope.getScope().getName(), LONGEST_NAME);
                scope.getLogRecordsList().forEach(each -> lines.add(line(each, logger, from)));
            }
        }
        return Arrived.ofLines(lines, request.length);
    }

    private static SpanRecord span(Span span, Source from) {
        Map<String, String> notes = attributes(span.getAttributesList());
        SpanKind kind = SpanKind.ofNumber(span.getKindValue());
        long started = micros(span.getStartTimeUnixNano());
        long duration = Math.clamp(micros(span.getEndTimeUnixNano()) - started, 0, LONGEST_MICROS);
        String asked = take(notes, CELL);
        return new SpanRecord(
                HexFormat.of().formatHex(span.getTraceId().toByteArray()),
                number(span.getSpanId()),
                number(span.getParentSpanId()),
                started,
                duration,
                kind,
                from,
                kind.isCall() ? asked : "",
                text(span.getName(), LONGEST_NAME),
                slot(take(notes, SLOT)),
                span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
                take(notes, OUTCOME),
                text(span.getStatus().getMessage(), LONGEST_MESSAGE),
                take(notes, SPAN_TRACE_NUMBER),
                written(notes));
    }

    private static LogLine line(LogRecord line, String logger, Source from) {
        Map<String, String> notes = attributes(line.getAttributesList());
        long at =
                line.getTimeUnixNano() != 0
                        ? line.getTimeUnixNano()
                        : line.getObservedTimeUnixNano();
        String exception = text(take(notes, EXCEPTION_STACK), LONGEST_EXCEPTION);
        String type = take(notes, EXCEPTION_TYPE);
        String said = take(notes, EXCEPTION_MESSAGE);
        boolean traced = line.getTraceId().size() == TRACE_ID_BYTES;
        return new LogLine(
                micros(at),
                text(line.getSeverityText(), LONGEST_NAME),
                from,
                logger,
                text(value(line.getBody()), LONGEST_MESSAGE),
                exception.isEmpty() && !type.isEmpty() ? type + ": " + said : exception,
                traced ? HexFormat.of().formatHex(line.getTraceId().toByteArray()) : "",
                traced ? number(line.getSpanId()) : 0,
                take(notes, LINE_TRACE_NUMBER));
    }

    /** The process that says this of itself. */
    static Source source(Resource process) {
        Map<String, String> names = attributes(process.getAttributesList());
        return new Source(
                take(names, "service.name"), take(names, "service.instance.id"), take(names, CELL));
    }

    /** The first of these, by name, each within its bound. */
    static Map<String, String> attributes(List<KeyValue> pairs) {
        Map<String, String> found = new TreeMap<>();
        for (KeyValue pair : pairs) {
            if (found.size() == MOST_NOTES) {
                break;
            }
            int longest =
                    pair.getKey().equals(EXCEPTION_STACK) ? LONGEST_EXCEPTION : LONGEST_MESSAGE;
            found.put(text(pair.getKey(), LONGEST_NAME), text(value(pair.getValue()), longest));
        }
        return found;
    }

    private static String take(Map<String, String> from, String key) {
        String found = from.remove(key);
        return found == null ? "" : text(found, longest(key));
    }

    private static int longest(String key) {
        return switch (key) {
            case EXCEPTION_STACK -> LONGEST_EXCEPTION;
            case EXCEPTION_MESSAGE -> LONGEST_MESSAGE;
            default -> LONGEST_NAME;
        };
    }

    private static String written(Map<String, String> notes) {
        StringBuilder lines = new StringBuilder();
        notes.forEach((key, value) -> lines.append(key).append(" = ").append(value).append('\n'));
        return text(lines.toString().strip(), LONGEST_MESSAGE);
    }

    private static String value(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> Long.toString(value.getIntValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            default -> "";
        };
    }

    private static int slot(String text) {
        return text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : -1;
    }

    private static long number(ByteString id) {
        return id.size() == SPAN_ID_BYTES ? id.asReadOnlyByteBuffer().getLong() : 0;
    }

    /** OTLP counts nanoseconds without a sign. */
    static long micros(long nanos) {
        return Math.min(Long.divideUnsigned(nanos, 1_000), LAST_MICROS);
    }

    /** At most so much of it, without what a database refuses. */
    static String text(String text, int longest) {
        String clean = text.indexOf('\0') < 0 ? text : text.replace('\0', '?');
        if (clean.length() <= longest) {
            return clean;
        }
        // Not between the two halves of one character.
        int end = Character.isHighSurrogate(clean.charAt(longest - 1)) ? longest - 1 : longest;
        return clean.substring(0, end);
    }
}

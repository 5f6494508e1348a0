package io.feiqian.benchmarks;

import com.google.protobuf.ByteString;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;

/**
 * Spans as the bank's processes send them: of transfers from one of 12 cells to another, in
 * requests of one process with several hundred spans each. One transfer in 200 fails, one in 1,000
 * is slow. The same numbers make the same spans.
 */
final class SpanBatches {
    /** The spans of one transfer. */
    static final int SPANS_OF_A_TRACE = 11;

    static final int CELLS = 12;

    /** The transfers of one call of {@link #of}. */
    static final int TRACES = 400;

    /** Their spans. */
    static final int SPANS = TRACES * SPANS_OF_A_TRACE;

    private static final int MOST_OF_A_REQUEST = 500;
    private static final int CHANNEL = 1;
    private static final int SLOTS_OF_A_CELL = 825;
    private static final int SLOTS = CELLS * SLOTS_OF_A_CELL;

    /** Has no divisor with the number of slots: transfers one after the other are far apart. */
    private static final long SCATTER = 7_919;

    private static final int FAILED = 200;
    private static final int SLOW = 1_000;
    private static final long SLOW_MICROS = 2_500_000;
    private static final String TRANSFER = "feiqian.bank.Bank/Transfer";

    private final Randomness random;
    private final Map<String, List<Span>> processes = new TreeMap<>();

    private SpanBatches(long seed) {
        this.random = Randomness.seeded(seed);
    }

    /** A request's body, and how many spans are in it. */
    record Batch(ByteString body, int spans) {}

    /** The trace number of the transfer of this number. */
    static TraceNumber traceNumber(long number) {
        return TraceNumber.of(TransferCell.DAY, payerSlot(number), CHANNEL, number);
    }

    /**
     * The requests with the spans of {@link #TRACES} transfers.
     *
     * @param first the number of the first one
     * @param startedMicros when the transfer of a number began, microseconds since 1970
     */
    static List<Batch> of(long first, LongUnaryOperator startedMicros) {
        SpanBatches made = new SpanBatches(first + 1);
        for (long number = first; number < first + TRACES; number++) {
            made.add(number, startedMicros.applyAsLong(number));
        }
        return made.requests();
    }

    private List<Batch> requests() {
        List<Batch> requests = new ArrayList<>();
        processes.forEach((process, spans) -> {
            for (int from = 0; from < spans.size(); from += MOST_OF_A_REQUEST) {
                List<Span> part =
                        spans.subList(from, Math.min(spans.size(), from + MOST_OF_A_REQUEST));
                requests.add(new Batch(request(process, part), part.size()));
            }
        });
        return requests;
    }

    private static Slot payerSlot(long number) {
        return new Slot((int) (number % SLOTS * SCATTER % SLOTS));
    }

    private static String cell(Slot slot) {
        return "cell-" + (1 + slot.number() / SLOTS_OF_A_CELL);
    }

    /** One transfer: the gateway, the payer's cell, the payee's, and their databases. */
    private void add(long number, long startedMicros) {
        Slot home = payerSlot(number);
        Slot away = new Slot((home.number() + SLOTS_OF_A_CELL) % SLOTS);
        Way way = new Way(number, startedMicros);
        List<Span> gateway = processes.computeIfAbsent("gateway", _ -> new ArrayList<>());
        List<Span> payer = processes.computeIfAbsent(cell(home), _ -> new ArrayList<>());
        List<Span> payee = processes.computeIfAbsent(cell(away), _ -> new ArrayList<>());
        long root = way.add(gateway, 0, Kind.SERVE, "POST /v1/transfers", "", home);
        long call = way.add(gateway, root, Kind.CALL, TRANSFER, cell(home), home);
        long served = way.add(payer, call, Kind.SERVE, TRANSFER, "", home);
        for (String step : List.of("peer TRY", "peer CONFIRM")) {
            long asked = way.add(payer, served, Kind.CALL, step, cell(away), away);
            long done = way.add(payee, asked, Kind.SERVE, step, "", away);
            way.add(payee, done, Kind.CALL, "commit", cell(away) + " database", away);
            way.add(payer, served, Kind.CALL, "commit", cell(home) + " database", home);
        }
    }

    private enum Kind {
        SERVE,
        CALL
    }

    /** The spans of one transfer, one after the other. */
    private final class Way {
        private final TraceNumber trace;
        private final ByteString id;
        private final boolean failed;
        private final long begun;
        private long micros;

        Way(long number, long begun) {
            this.trace = traceNumber(number);
            this.id = ByteString.copyFrom(sixteen(random.nextLong(), number + 1));
            this.failed = number % FAILED == 7;
            this.begun = begun;
            this.micros = begun + (number % SLOW == 13 ? SLOW_MICROS : 0);
        }

        long add(List<Span> into, long parent, Kind kind, String name, String target, Slot slot) {
            long span = random.nextLong() | 1;
            // The outermost lasts from the beginning, all others begin one after the other.
            long from = parent == 0 ? begun : micros;
            micros += 150 + random.nextInt(400);
            Span.Builder made =
                    Span.newBuilder()
                            .setTraceId(id)
                            .setSpanId(ByteString.copyFrom(eight(span)))
                            .setName(name)
                            .setKind(
                                    kind == Kind.SERVE
                                            ? Span.SpanKind.SPAN_KIND_SERVER
                                            : Span.SpanKind.SPAN_KIND_CLIENT)
                            .setStartTimeUnixNano(from * 1_000)
                            .setEndTimeUnixNano((micros + 1_000 + random.nextInt(2_000)) * 1_000)
                            .addAttributes(text("feiqian.trace_number", trace.toString()))
                            .addAttributes(text("feiqian.slot", slot.toString()));
            if (parent != 0) {
                made.setParentSpanId(ByteString.copyFrom(eight(parent)));
            }
            if (target.isEmpty()) {
                made.addAttributes(text("feiqian.outcome", failed ? "INTERNAL_ERROR" : "ACCEPTED"));
            } else {
                made.addAttributes(text("feiqian.cell", target));
            }
            if (failed && kind == Kind.SERVE) {
                made.setStatus(
                        Status.newBuilder()
                                .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                                .setMessage("the database closed the connection"));
            }
            into.add(made.build());
            return span;
        }
    }

    private static ByteString request(String process, List<Span> spans) {
        Resource.Builder from =
                Resource.newBuilder()
                        .addAttributes(text("service.namespace", "feiqian"))
                        .addAttributes(
                                text("service.name", process.startsWith("cell") ? "cell" : process))
                        .addAttributes(
                                text(
                                        "service.instance.id",
                                        process.startsWith("cell") ? process + "-a" : process))
                        .addAttributes(text("telemetry.sdk.name", "opentelemetry"))
                        .addAttributes(text("telemetry.sdk.language", "java"));
        if (process.startsWith("cell")) {
            from.addAttributes(text("feiqian.cell", process));
        }
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(
                        ResourceSpans.newBuilder()
                                .setResource(from)
                                .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(spans)))
                .build()
                .toByteString();
    }

    private static KeyValue text(String key, String value) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static byte[] eight(long id) {
        return ByteBuffer.allocate(8).putLong(id).array();
    }

    private static byte[] sixteen(long high, long low) {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }
}

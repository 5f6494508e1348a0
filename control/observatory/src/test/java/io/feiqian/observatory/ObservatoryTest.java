package io.feiqian.observatory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What processes send is found again: over the wire, in a real database. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ObservatoryTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String NUMBER = "202601310042007000000000000000099";
    private static final long START = 1_769_000_000_000_000L;

    private final HttpClient http = HttpClient.newHttpClient();
    private EmbeddedPostgres server;
    private Observatory observatory;
    private ObservatoryReads reads;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        server = EmbeddedPostgres.temporary();
        observatory =
                Observatory.start(
                        new ObservatoryConfig(
                                "127.0.0.1", 0, server.database(), 64L << 20, Duration.ofDays(7)),
                        Clock.system(),
                        new SimpleMeterRegistry());
        reads = new ObservatoryReads(server::database);
        send(
                Observatory.TRACES,
                request(
                        process("gateway", "", span(1, 0, 2, "POST /v1/transfers", 0, 9_000)),
                        process(
                                "cell",
                                "cell-1",
                                span(2, 1, 2, "feiqian.bank.Bank/Transfer", 1_000, 7_000),
                                span(3, 2, 3, "try", 2_000, 3_000)
                                        .addAttributes(text("feiqian.cell", "cell-2"))
                                        .setStatus(
                                                Status.newBuilder()
                                                        .setCode(
                                                                Status.StatusCode.STATUS_CODE_ERROR)
                                                        .setMessage("the peer was silent")))));
        send(
                Observatory.LOGS,
                ExportLogsServiceRequest.newBuilder()
                        .addResourceLogs(
                                ResourceLogs.newBuilder()
                                        .setResource(resource("cell", "cell-1"))
                                        .addScopeLogs(
                                                ScopeLogs.newBuilder()
                                                        .setScope(
                                                                InstrumentationScope.newBuilder()
                                                                        .setName("io.feiqian.X"))
                                                        .addLogRecords(
                                                                LogRecord.newBuilder()
                                                                        .setTimeUnixNano(
                                                                                START * 1_000)
                                                                        .setSeverityText("WARN")
                                                                        .setBody(
                                                                                value(
                                                                                        "100%"
                                                                                                + " slow"))
                                                                        .setTraceId(bytes(TRACE))
                                                                        .addAttributes(
                                                                                text(
                                                                                        "trace_number",
                                                                                        NUMBER)))))
                        .build()
                        .toByteArray());
        assertThat(await(() -> reads.trace(TRACE), spans -> spans.size() == 3)).hasSize(3);
        assertThat(await(() -> reads.lines(LogSearch.ofTrace(TRACE)), l -> !l.isEmpty()))
                .hasSize(1);
    }

    @AfterAll
    void stop() {
        reads.close();
        observatory.close();
        server.close();
    }

    @Requirement({"S.dst-1", "S.dst-2"})
    @Test
    void aTraceIsFoundByItsNumberTheTransactionsNumberAndWhatItsSpansAre() {
        assertThat(reads.trace(TRACE))
                .extracting(SpanRecord::name)
                .containsExactly("POST /v1/transfers", "feiqian.bank.Bank/Transfer", "try");
        for (SpanSearch search :
                List.of(
                        SpanSearch.ofTransaction(NUMBER),
                        search("cell-1", false, 0, ""),
                        search("gateway", false, 8_000, ""),
                        search("cell-2", true, 0, ""),
                        search("", true, 0, ""),
                        search("", false, 0, "PEER WAS silent"))) {
            assertThat(reads.traces(search))
                    .as("%s", search)
                    .singleElement()
                    .satisfies(found -> {
                        assertThat(found.traceId()).isEqualTo(TRACE);
                        assertThat(found.traceNumber()).isEqualTo(NUMBER);
                        assertThat(found.first()).isEqualTo("POST /v1/transfers");
                        assertThat(found.nodes()).containsExactly("cell-1", "gateway");
                        assertThat(found.spans()).isEqualTo(3);
                        assertThat(found.failures()).isEqualTo(1);
                        assertThat(found.durationMicros()).isEqualTo(9_000);
                    });
        }
        for (SpanSearch search :
                List.of(
                        SpanSearch.ofTransaction(NUMBER.replace('9', '8')),
                        search("cell-3", false, 0, ""),
                        search("", false, 9_001, ""),
                        search("", false, 0, "%"))) {
            assertThat(reads.traces(search)).as("%s", search).isEmpty();
        }
    }

    @Requirement({"B6.4-e", "S.dst-4"})
    @Test
    void logLinesAreJoinedToTheirTraceAndTransaction() {
        for (LogSearch search :
                List.of(
                        LogSearch.ofTransaction(NUMBER),
                        new LogSearch(START, START + 1, "cell-1", "WARN", "100% S", "", "", 5))) {
            assertThat(reads.lines(search))
                    .as("%s", search)
                    .singleElement()
                    .satisfies(line -> {
                        assertThat(line.traceId()).isEqualTo(TRACE);
                        assertThat(line.logger()).isEqualTo("io.feiqian.X");
                        assertThat(line.message()).isEqualTo("100% slow");
                    });
        }
        assertThat(reads.lines(new LogSearch(0, Long.MAX_VALUE, "", "ERROR", "", "", "", 5)))
                .isEmpty();
    }

    @Requirement({"S.dst-5", "S.dst-7"})
    @Test
    void callsAreCountedByWhoCallsWhom() {
        long minute = Clock.system().now().getEpochSecond() / 60;
        assertThat(reads.calls(minute - 5, minute))
                .anySatisfy(sum -> {
                    assertThat(sum.kind()).isEqualTo(SpanKind.CLIENT);
                    assertThat(sum.node()).isEqualTo("cell-1");
                    assertThat(sum.target()).isEqualTo("cell-2");
                    assertThat(sum.failures()).isEqualTo(1);
                    assertThat(sum.meanMicros()).isEqualTo(3_000);
                });
        assertThat(reads.calls(minute + 1, minute + 2)).isEmpty();
    }

    @Requirement("S.dst-9")
    @Test
    void theSameCallManyTimesInOneTraceIsPointedOut() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        Span.Builder[] many = new Span.Builder[12];
        for (int i = 0; i < many.length; i++) {
            many[i] =
                    span(100 + i, 99, 3, "commit", i * 10L, 5)
                            .setTraceId(bytes(trace))
                            .addAttributes(text("feiqian.cell", "cell-7 database"));
        }
        send(Observatory.TRACES, request(process("cell", "cell-7", many)));

        List<CallPattern> found =
                await(() -> reads.patterns(START - 1, 10), patterns -> !patterns.isEmpty());

        assertThat(found)
                .containsExactly(
                        new CallPattern(trace, "cell-7", "cell-7 database", "commit", 12, 60));
        assertThat(reads.patterns(START - 1, 13)).isEmpty();
    }

    @Test
    void whateverASenderSaysIsKeptAsTextAndNothingBreaks() throws Exception {
        String trace = "ffffffffffffffffffffffffffffffff";
        String evil = "'; drop table span; --\t\\N\n\\.\r<script>\u0000" + "x".repeat(100_000);
        send(
                Observatory.TRACES,
                request(
                        process(
                                evil,
                                evil,
                                span(1, 1, 99, evil, 0, -5)
                                        .setTraceId(bytes(trace))
                                        .addAttributes(text("feiqian.slot", "-1"))
                                        .addAttributes(text(evil, evil)),
                                span(0, 0, 1, "without a number", 0, 1))));

        assertThat(await(() -> reads.trace(trace), spans -> !spans.isEmpty()))
                .singleElement()
                .satisfies(span -> {
                    assertThat(span.name())
                            .startsWith("'; drop table span; --\t\\N\n\\.\r<script>?x")
                            .hasSize(OtlpReader.LONGEST_NAME);
                    assertThat(span.durationMicros()).isZero();
                    assertThat(span.slot()).isEqualTo(-1);
                });
        assertThat(TraceTree.of(reads.trace(trace)).rows()).as("its own parent").hasSize(1);
    }

    @Test
    void whatIsNotOtlpIsRefusedAndWhatIsCompressedIsRead() throws Exception {
        assertThat(post(Observatory.TRACES, new byte[] {1, 2, 3}, "").statusCode()).isEqualTo(400);
        assertThat(post(Observatory.TRACES, new byte[] {1, 2, 3}, "gzip").statusCode())
                .isEqualTo(400);
        assertThat(post(Observatory.LOGS, new byte[5 << 20], "").statusCode()).isEqualTo(413);
        assertThat(post(Observatory.TRACES, zipped(new byte[5 << 20]), "gzip").statusCode())
                .isEqualTo(413);
        assertThat(post(Observatory.TRACES, new byte[0], "", "text/plain").statusCode())
                .as("what a page of somebody else's can send")
                .isEqualTo(415);
        String trace = "11111111111111111111111111111111";
        byte[] request =
                request(
                        process(
                                "cell",
                                "cell-1",
                                span(5, 0, 1, "zipped", 0, 1).setTraceId(bytes(trace))));
        HttpResponse<byte[]> zipped = post(Observatory.TRACES, zipped(request), "gzip");
        assertThat(zipped.statusCode()).as(new String(zipped.body(), UTF_8)).isEqualTo(200);
        assertThat(await(() -> reads.trace(trace), spans -> !spans.isEmpty())).hasSize(1);
    }

    @Test
    void aSearchWithoutADatabaseIsRefusedAtOnceAndSaysSo() {
        try (ObservatoryReads nobody =
                new ObservatoryReads(
                        () -> server.database().withUrl("jdbc:postgresql://127.0.0.1:1/x"))) {
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> nobody.trace(TRACE))
                    .satisfies(refused ->
                            assertThat(refused.code()).isEqualTo(OutcomeCode.DATABASE_UNAVAILABLE));
        }
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> reads.trace("no number"))
                .satisfies(
                        refused -> assertThat(refused.code()).isEqualTo(OutcomeCode.INVALID_TEXT));
    }

    private static SpanSearch search(String node, boolean failed, long least, String text) {
        return new SpanSearch(START - 1, START + 10_000, node, failed, least, text, "", 10);
    }

    private static byte[] request(ResourceSpans... processes) {
        return ExportTraceServiceRequest.newBuilder()
                .addAllResourceSpans(List.of(processes))
                .build()
                .toByteArray();
    }

    private static ResourceSpans process(String service, String cell, Span.Builder... spans) {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (Span.Builder each : spans) {
            scope.addSpans(each);
        }
        return ResourceSpans.newBuilder()
                .setResource(resource(service, cell))
                .addScopeSpans(scope)
                .build();
    }

    private static Resource resource(String service, String cell) {
        return Resource.newBuilder()
                .addAttributes(text("service.name", service))
                .addAttributes(text("service.instance.id", service + "-a"))
                .addAttributes(text("feiqian.cell", cell))
                .build();
    }

    private static Span.Builder span(
            long id, long parent, int kind, String name, long after, long length) {
        return Span.newBuilder()
                .setTraceId(bytes(TRACE))
                .setSpanId(number(id))
                .setParentSpanId(number(parent))
                .setKindValue(kind)
                .setName(name)
                .setStartTimeUnixNano((START + after) * 1_000)
                .setEndTimeUnixNano((START + after + length) * 1_000)
                .addAttributes(text("feiqian.trace_number", NUMBER));
    }

    private static KeyValue text(String key, String text) {
        return KeyValue.newBuilder().setKey(key).setValue(value(text)).build();
    }

    private static AnyValue value(String text) {
        return AnyValue.newBuilder().setStringValue(text).build();
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    private static ByteString number(long id) {
        return bytes(HexFormat.of().toHexDigits(id));
    }

    private static byte[] zipped(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(body);
        }
        return out.toByteArray();
    }

    private void send(String path, byte[] body) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = post(path, body, "");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(ExportTraceServiceResponse.parseFrom(answer.body()).hasPartialSuccess())
                .isFalse();
    }

    private HttpResponse<byte[]> post(String path, byte[] body, String encoding)
            throws IOException, InterruptedException {
        return post(path, body, encoding, "application/x-protobuf");
    }

    private HttpResponse<byte[]> post(String path, byte[] body, String encoding, String type)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + observatory.port() + path))
                        .header("content-type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (!encoding.isEmpty()) {
            request.header("content-encoding", encoding);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static <T> T await(Supplier<T> read, Predicate<T> wanted) {
        Deadline end = Deadline.after(Duration.ofSeconds(20), Clock.system());
        T found = read.get();
        while (!wanted.test(found) && !end.isExpired()) {
            Thread.onSpinWait();
            found = read.get();
        }
        return found;
    }
}

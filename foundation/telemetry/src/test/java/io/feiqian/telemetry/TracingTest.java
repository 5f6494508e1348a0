package io.feiqian.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class TracingTest {
    private static final Optional<TraceNumber> TRACE =
            Optional.of(TraceNumber.of(BusinessDate.parse("2026-01-31"), new Slot(42), 7, 99));
    private static final TelemetryConfig LOCAL = TelemetryConfig.local("cell", "cell-1-a");

    @Test
    void withoutAnExporterSpansAreNumbersThatLogLinesCarry() {
        try (Telemetry telemetry = Telemetry.start(LOCAL);
                WorkSpan span = telemetry.tracing().serve("transfer", TRACE, "")) {
            assertThat(span.traceparent()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]");
            try (Tracing.Entered _ = span.enter()) {
                assertThat(MDC.get(Tracing.TRACE_NUMBER))
                        .isEqualTo("202601310042007000000000000000099");
                assertThat(span.traceparent()).contains(MDC.get("trace_id"), MDC.get("span_id"));
            }
            assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
        }
    }

    @Test
    void aStepLiesBelowTheSpanTheThreadIsInAndLeavingRestoresIt() {
        try (Telemetry telemetry = Telemetry.start(LOCAL)) {
            Tracing tracing = telemetry.tracing();
            try (WorkSpan outer = tracing.serve("outer", TRACE, "");
                    Tracing.Entered _ = outer.enter()) {
                String outerSpan = MDC.get("span_id");
                try (WorkSpan inner = tracing.step("inner", Optional.empty());
                        Tracing.Entered _ = inner.enter()) {
                    assertThat(inner.traceparent()).contains(MDC.get("trace_id"));
                    assertThat(MDC.get("span_id")).isNotEqualTo(outerSpan);
                    assertThat(MDC.get(Tracing.TRACE_NUMBER)).startsWith("20260131");
                }
                assertThat(MDC.get("span_id")).isEqualTo(outerSpan);
            }
            assertThat(Span.current().getSpanContext().isValid()).isFalse();
        }
    }

    @Test
    void oneTraceGoesThroughAllProcessesAndIsExportedWithItsTraceNumber() {
        Kept kept = new Kept();
        String caller;
        try (Telemetry gateway = Telemetry.exportingTo(LOCAL, kept);
                Telemetry cell = Telemetry.exportingTo(LOCAL, kept)) {
            try (WorkSpan call = gateway.tracing().call("call", TRACE)) {
                caller = call.traceparent();
                try (WorkSpan serve = cell.tracing().serve("serve", TRACE, caller)) {
                    serve.note("branches", 2).outcome(Outcome.of(OutcomeCode.UNKNOWN, "commit"));
                }
            }
        }
        assertThat(caller).as("the flag that says: recorded").matches(".*-0[13]");
        SpanData serve = kept.named("serve");
        SpanData call = kept.named("call");
        assertThat(serve.getTraceId()).isEqualTo(call.getTraceId());
        assertThat(serve.getParentSpanId()).isEqualTo(call.getSpanId());
        assertThat(serve.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(serve.getAttributes().asMap().toString())
                .contains("feiqian.trace_number=202601310042007", "UNKNOWN", "branches=2");
        assertThat(serve.getResource().getAttributes().asMap().toString())
                .contains("service.name=cell", "service.instance.id=cell-1-a");
    }

    @Test
    void clientsDoNotDecideHowMuchIsRecordedAndInsideAllFollowTheEdge() {
        TelemetryConfig bounded = LOCAL.sendingTo(URI.create("http://localhost:1/v1/traces"), 1);
        String client = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
        try (Telemetry edge = Telemetry.exportingTo(bounded.atTheEdge(), new Kept());
                Telemetry inside = Telemetry.exportingTo(bounded, new Kept())) {
            int recorded = 0;
            for (int i = 0; i < 20; i++) {
                try (WorkSpan served = edge.tracing().serve("POST", TRACE, client);
                        WorkSpan followed =
                                inside.tracing().serve("post", TRACE, served.traceparent())) {
                    boolean there = isRecorded(served);
                    assertThat(isRecorded(followed)).isEqualTo(there);
                    recorded += there ? 1 : 0;
                }
            }
            // One at once, and one more if these twenty took a second.
            assertThat(recorded).isBetween(1, 2);
        }
    }

    /** By the flags at the end, the lowest of which says so. */
    private static boolean isRecorded(WorkSpan span) {
        return span.traceparent().matches(".*-0[13]");
    }

    @Test
    void aForeignTraceparentBeginsANewTraceAndBreaksNothing() {
        try (Telemetry telemetry = Telemetry.start(LOCAL)) {
            for (String each :
                    List.of(
                            "nonsense",
                            "00-00000000000000000000000000000000-0000000000000001-01",
                            "ff-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
                            "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01-x",
                            "00-0123456789ABCDEF0123456789abcdef-0123456789abcdef-01")) {
                try (WorkSpan span = telemetry.tracing().serve("s", TRACE, each)) {
                    assertThat(span.traceparent()).hasSize(55).doesNotContain("89abcdef-");
                }
            }
            String later = "01-0123456789abcdef0123456789abcdef-0123456789abcdef-01-more";
            try (WorkSpan span = telemetry.tracing().serve("s", TRACE, later)) {
                assertThat(span.traceparent()).contains("0123456789abcdef0123456789abcdef");
            }
        }
    }

    @Test
    void whoGoesOnWithTheWorkOnAnotherThreadIsBelowTheSpanItBeganIn() throws Exception {
        try (Telemetry telemetry = Telemetry.start(LOCAL)) {
            WorkSpan began = telemetry.tracing().serve("transfer", TRACE, "");
            Tracing.Origin origin;
            try (Tracing.Entered _ = began.enter()) {
                origin = Tracing.origin(TRACE);
            }
            began.close();
            String later =
                    CompletableFuture.supplyAsync(
                                    () -> {
                                        try (Tracing.Entered _ = origin.enter();
                                                WorkSpan call =
                                                        telemetry.tracing().call("confirm", TRACE);
                                                Tracing.Entered _ = call.enter()) {
                                            return call.traceparent()
                                                    + MDC.get(Tracing.TRACE_NUMBER);
                                        }
                                    })
                            .get(20, TimeUnit.SECONDS);

            assertThat(later.substring(3, 35)).isEqualTo(began.traceparent().substring(3, 35));
            assertThat(later).doesNotContain(began.traceparent()).endsWith("0099");
        }
        try (Tracing.Entered _ = Tracing.origin(TRACE).enter()) {
            assertThat(MDC.getCopyOfContextMap()).as("begun nowhere").isNullOrEmpty();
        }
    }

    @Test
    void noTracingDoesNothingAtAll() {
        WorkSpan one = Tracing.none().call("a", TRACE);
        WorkSpan two = Tracing.none().serve("b", TRACE, "");
        assertThat(one).isSameAs(two);
        assertThat(one.traceparent()).isEmpty();
        try (Tracing.Entered _ = one.enter()) {
            assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
        }
        one.note("a", "b").fault(new IllegalStateException("ignored")).close();
    }

    @Test
    void spansReachAnEndpointThatSpeaksOtlp() throws Exception {
        CompletableFuture<String> received = new CompletableFuture<>();
        HttpServer collector =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext(
                "/v1/traces",
                exchange -> {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    received.complete(new String(body, StandardCharsets.ISO_8859_1));
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        collector.start();
        try {
            URI endpoint =
                    URI.create(
                            "http://localhost:" + collector.getAddress().getPort() + "/v1/traces");
            TelemetryConfig config = LOCAL.sendingTo(endpoint, 0).in(new CellId(3));
            try (Telemetry telemetry = Telemetry.start(config)) {
                telemetry.tracing().serve("over the wire", TRACE, "").close();
            }
            assertThat(received.get(20, TimeUnit.SECONDS))
                    .contains("over the wire", "202601310042007", "feiqian.cell", "cell-3");
        } finally {
            collector.stop(0);
        }
    }

    @Test
    void anUnusableConfigurationIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TelemetryConfig.local(" ", "x"))
                .withMessageContaining("not blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LOCAL.sendingTo(URI.create("http://localhost:1/v1/traces"), -1))
                .withMessageContaining("expected: 0 to 1,000,000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LOCAL.sendingTo(URI.create("localhost:4318"), 0))
                .withMessageContaining("a URL such as");
    }

    private static final class Kept implements SpanExporter {
        private final List<SpanData> spans = new ArrayList<>();

        @Override
        public synchronized CompletableResultCode export(Collection<SpanData> more) {
            spans.addAll(more);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }

        synchronized SpanData named(String name) {
            return spans.stream().filter(s -> s.getName().equals(name)).findFirst().orElseThrow();
        }
    }
}

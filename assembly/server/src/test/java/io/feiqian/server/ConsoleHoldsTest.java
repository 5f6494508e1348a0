package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.feiqian.console.Console;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Slot;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
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
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others write, ten thousand alarms, a flood, its own end: nothing breaks. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleHoldsTest {
    private static final String OWN = "something 4 Myself";
    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    /** Ends elements and attributes, turns the text around, rings, and has no end. */
    private static final String HOSTILE =
            "\"'></td><script>alert(1)</script><img src=x onerror=alert(2)>\u202Eexe.gnp\u0007"
                    + "x".repeat(5_000);

    private BankInOneProcess bank;
    private String console = "";
    private ConsoleVisitor admin;
    private ConsoleVisitor operator;
    private String number = "";

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        bank = BankInOneProcess.observed(home, RouteMap.evenly(2));
        console = bank.startConsole();
        admin = new ConsoleVisitor(console);
        admin.signInFirst("admin", bank.firstPassword(), "green Tree 4711 away");
        admin.post("/users", form("name", "olga", "role", "OPERATOR"));
        Matcher first = FIRST.matcher(admin.get("/users").body());
        assertThat(first.find()).isTrue();
        operator = new ConsoleVisitor(console);
        operator.signInFirst("olga", first.group(1), OWN);
        ObjectNode paid =
                bank.transfer(
                        bank.funded(new Slot(17), 1, "9.00"),
                        bank.account(new Slot(7_777)),
                        "9.00");
        BankInOneProcess.accepted(bank.post("/v1/transfers", paid));
        number = paid.path("trace_number").asText();
        send("/v1/traces", spans());
        send("/v1/logs", lines());
    }

    @AfterAll
    void stop() {
        admin.close();
        operator.close();
        bank.close();
    }

    @Test
    void whatOthersCallTheirSpansAndLinesIsTextOnEveryPage() {
        for (String page :
                List.of(
                        "/traces/" + TRACE,
                        "/traces?text=alert",
                        "/logs?text=alert",
                        "/topology",
                        "/journey?trace=" + number)) {
            assertText(page, waitFor(page, "alert(1)"));
        }
    }

    @Test
    void whatUsersWriteIsTextOnEveryPage() {
        String name = HOSTILE.substring(0, HOSTILE.indexOf('\u0007'));
        admin.post(
                "/alarms/rules",
                form(
                        "name",
                        name,
                        "enabled",
                        "on",
                        "severity",
                        "WARNING",
                        "kind",
                        "METRIC",
                        "subject",
                        name,
                        "filter",
                        name,
                        "node",
                        name,
                        "test",
                        "ABOVE",
                        "bound",
                        "0"));
        assertText("rules", admin.get("/alarms/rules"));
        assertThat(admin.get("/alarms/rules").body()).contains("alert(1)");

        Map<String, String> silence = new TreeMap<>(form("object", name));
        silence.put("token", operator.token());
        silence.put("reason", name);
        assertThat(operator.post("/silences", silence).statusCode()).isEqualTo(303);
        assertText("alarms", operator.get("/alarms"));
        assertThat(operator.get("/alarms").body()).contains("alert(1)").contains("\uFFFD");

        Map<String, String> drain = new TreeMap<>(Map.of("name", "cell-1-1", "reason", name));
        drain.put("token", operator.token());
        HttpResponse<String> asked = operator.post("/cells/drain", drain);
        assertText("confirmation", asked);
        assertThat(asked.body()).as("the cell has no other instance").contains("alert(1)");
    }

    @Test
    void tenThousandAlarmsAtOnceAreAPageLikeAnyOther() {
        bank.run(
                0,
                """
                insert into alarm (rule, since, raised_at, told_at, value, phase, severity, object, text)
                select 1, %1$d, %1$d - n, %1$d, 1, 'RAISED', 'CRITICAL', 'object-' || n, 'too many'
                from generate_series(1, 10000) n\
                """
                        .formatted(Clock.system().now().toEpochMilli()));
        try {
            HttpResponse<String> page = admin.get("/alarms");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("object-1<").doesNotContain("object-9999");
            assertThat(page.body().length()).isLessThan(2_000_000);
            assertThat(admin.get("/").statusCode()).isEqualTo(200);
        } finally {
            bank.run(0, "delete from alarm where object like 'object-%'");
        }
    }

    @Test
    void aFloodedAndThenDeadConsoleChangesNothingForTheBank() throws Exception {
        String payer = bank.funded(new Slot(18), 1, "100.00");
        String payee = bank.account(new Slot(7_778));
        List<Socket> held = new ArrayList<>();
        try {
            try (Console another = bank.startAnotherConsole()) {
                for (int i = 0; i < 600; i++) {
                    held.add(new Socket(InetAddress.getLoopbackAddress(), another.port()));
                }
                pay(payer, payee);
            }
            pay(payer, payee);
        } finally {
            for (Socket each : held) {
                each.close();
            }
        }
        assertThat(bank.balance(payee)).isEqualTo("60.00");
        assertThat(admin.get("/").statusCode()).isEqualTo(200);
    }

    private void pay(String payer, String payee) {
        ObjectNode transfer = bank.transfer(payer, payee, "30.00");
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
    }

    private Map<String, String> form(String... fields) {
        Map<String, String> form = new TreeMap<>();
        form.put("token", admin.token());
        form.put("reason", "a test");
        for (int i = 0; i < fields.length; i += 2) {
            form.put(fields[i], fields[i + 1]);
        }
        return form;
    }

    private HttpResponse<String> waitFor(String page, String text) {
        Deadline end = Deadline.after(Duration.ofSeconds(20), Clock.system());
        HttpResponse<String> answer = admin.get(page);
        while (!answer.body().contains(text) && !end.isExpired()) {
            answer = admin.get(page);
        }
        return answer;
    }

    private static void assertText(String what, HttpResponse<String> page) {
        assertThat(page.statusCode()).as(what).isEqualTo(200);
        assertThat(page.body())
                .as(what)
                .contains("alert(1)")
                .doesNotContain("<script>alert", "<img src=x", "\"'>", "\u202E", "\u0007");
    }

    private byte[] spans() {
        long now = Clock.system().now().toEpochMilli() * 1_000_000;
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (int i = 1; i <= 3; i++) {
            scope.addSpans(
                    Span.newBuilder()
                            .setTraceId(bytes(TRACE))
                            .setSpanId(bytes("000000000000000" + i))
                            .setParentSpanId(bytes("000000000000000" + (i - 1)))
                            .setKindValue(i == 1 ? 2 : 3)
                            .setName(HOSTILE)
                            .setStartTimeUnixNano(now - 5_000_000)
                            .setEndTimeUnixNano(now)
                            .setStatus(
                                    Status.newBuilder()
                                            .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                                            .setMessage(HOSTILE))
                            .addAttributes(text("feiqian.trace_number", number))
                            .addAttributes(text("feiqian.cell", HOSTILE))
                            .addAttributes(text("db.system.name", HOSTILE))
                            .addAttributes(text(HOSTILE, HOSTILE)));
        }
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(
                        ResourceSpans.newBuilder().setResource(sender()).addScopeSpans(scope))
                .build()
                .toByteArray();
    }

    private byte[] lines() {
        long now = Clock.system().now().toEpochMilli() * 1_000_000;
        LogRecord.Builder line =
                LogRecord.newBuilder()
                        .setTimeUnixNano(now)
                        .setSeverityText(HOSTILE)
                        .setBody(AnyValue.newBuilder().setStringValue(HOSTILE))
                        .setTraceId(bytes(TRACE))
                        .addAttributes(text("trace_number", number))
                        .addAttributes(text("exception.stacktrace", HOSTILE));
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(
                        ResourceLogs.newBuilder()
                                .setResource(sender())
                                .addScopeLogs(
                                        ScopeLogs.newBuilder()
                                                .setScope(
                                                        InstrumentationScope.newBuilder()
                                                                .setName(HOSTILE))
                                                .addLogRecords(line)))
                .build()
                .toByteArray();
    }

    private static Resource sender() {
        return Resource.newBuilder()
                .addAttributes(text("service.name", HOSTILE))
                .addAttributes(text("service.instance.id", HOSTILE))
                .addAttributes(text("feiqian.cell", HOSTILE))
                .build();
    }

    private static KeyValue text(String key, String text) {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(AnyValue.newBuilder().setStringValue(text))
                .build();
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    private void send(String path, byte[] body) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Void> answer =
                    http.send(
                            HttpRequest.newBuilder(URI.create(bank.observatoryUrl() + path))
                                    .header("content-type", "application/x-protobuf")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }
}

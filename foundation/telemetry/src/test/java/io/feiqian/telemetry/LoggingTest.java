package io.feiqian.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingTest {
    private static final TraceNumber TRACE =
            TraceNumber.of(BusinessDate.parse("2026-01-31"), new Slot(42), 7, 99);

    @Test
    void aLineIsOneJsonObjectWhateverTheMessageHolds() {
        List<String> lines = new ArrayList<>();
        LoggerContext context = loggingTo(lines);
        context.getLogger("test")
                .atInfo()
                .addKeyValue("amount", 12)
                .log("said \"{}\"\nforged: \\ {}", "x\r\t\u0000", "飞钱\u2028");
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst())
                .endsWith("}\n")
                .contains(
                        "\"level\":\"INFO\",\"logger\":\"test\"",
                        "\"message\":\"said \\\"x\\r\\t\\u0000\\\"\\nforged: \\\\ 飞钱\\u2028\"",
                        "\"service\":\"cell\"",
                        "\"amount\":\"12\"")
                .matches("(?s)\\{\"time\":\"[0-9T:.-]+Z\",.*")
                .satisfies(line -> assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1));
    }

    @Test
    void everyLineOfATransactionCarriesItsTraceNumber() {
        List<String> lines = new ArrayList<>();
        try (Telemetry telemetry = Telemetry.start(TelemetryConfig.local("cell", "cell-1-a"));
                WorkSpan span = telemetry.tracing().serve("s", Optional.of(TRACE), "")) {
            try (Tracing.Entered _ = span.enter();
                    Capture _ = Capture.of("feiqian.test", lines)) {
                LoggerFactory.getLogger("feiqian.test").error("inside");
            }
            try (Capture _ = Capture.of("feiqian.test", lines)) {
                LoggerFactory.getLogger("feiqian.test").error("outside");
            }
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst())
                .contains("\"trace_number\":\"" + TRACE + "\"", "\"trace_id\":\"", "\"span_id\"");
        assertThat(lines.getLast()).doesNotContain("trace_number", "trace_id");
    }

    @Test
    void anExceptionStaysInsideItsLine() {
        List<String> lines = new ArrayList<>();
        LoggerContext context = loggingTo(lines);
        context.getLogger("test").error("failed", new IllegalStateException("the cause"));
        assertThat(lines.getFirst())
                .contains("\"exception\":\"java.lang.IllegalStateException: the cause\\n\\tat ")
                .hasLineCount(1);
    }

    @Test
    void levelsFollowTheConfiguration() {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        Logging.configure(context, LogConfig.server("cell", "cell-1-a"));
        assertThat(context.getLogger("io.feiqian.x").isInfoEnabled()).isTrue();
        assertThat(context.getLogger("io.feiqian.x").isDebugEnabled()).isFalse();
        assertThat(context.getLogger("org.apache.zookeeper.ClientCnxn").isInfoEnabled()).isFalse();
        Logging.configure(context, LogConfig.command().at(org.slf4j.event.Level.DEBUG));
        assertThat(context.getLogger("io.feiqian.x").isDebugEnabled()).isTrue();
    }

    @Test
    void levelsOfARunningProcessChangeAndGoBackAndItsLinesGoWhereTheyWent() {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        Logging.configure(context, LogConfig.server("cell", "cell-1-a"));
        Logging.adjust(
                context,
                org.slf4j.event.Level.WARN,
                Map.of("io.feiqian.x", org.slf4j.event.Level.DEBUG));
        assertThat(context.getLogger("io.feiqian.x.y").isDebugEnabled()).isTrue();
        assertThat(context.getLogger("io.feiqian.z").isInfoEnabled()).isFalse();
        assertThat(context.getLogger("root").getAppender("console")).isNotNull();
        Logging.adjust(context, org.slf4j.event.Level.INFO, Map.of());
        assertThat(context.getLogger("io.feiqian.x.y").isDebugEnabled()).isFalse();
        assertThat(context.getLogger("io.feiqian.z").isInfoEnabled()).isTrue();
        assertThat(context.getLogger("org.apache.zookeeper.ClientCnxn").isInfoEnabled()).isFalse();
    }

    @Test
    void untilConfiguredOnlyWarningsAreWritten() {
        Logger logger = LoggerFactory.getLogger("io.feiqian.unconfigured");
        assertThat(logger.isInfoEnabled()).isFalse();
        assertThat(logger.isWarnEnabled()).isTrue();
    }

    @Test
    void anAlarmIsALineAndACount() {
        List<String> lines = new ArrayList<>();
        try (Telemetry telemetry = Telemetry.start(TelemetryConfig.local("cell", "cell-1-a"));
                Capture _ = Capture.of("feiqian.alarm", lines)) {
            telemetry
                    .alarms()
                    .raise(
                            new Alarm(
                                    Alarm.Severity.CRITICAL,
                                    "contradiction",
                                    "two answers",
                                    Optional.of(TRACE)));
            telemetry.alarms().raise(Alarm.Severity.WARNING, "slow-peer", "cell-2");
            telemetry.alarms().raise(Alarm.Severity.WARNING, "slow-peer", "cell-3");
            assertThat(telemetry.prometheusText())
                    .contains("feiqian_alarm_total{instance=\"cell-1-a\",name=\"slow-peer\"")
                    .containsPattern("name=\"slow-peer\".*} 2.0")
                    .containsPattern("name=\"contradiction\".*} 1.0")
                    .contains("jvm_memory_used_bytes");
        }
        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst())
                .contains(
                        "\"level\":\"ERROR\"",
                        "\"alarm\":\"contradiction\"",
                        "\"trace_number\":\"" + TRACE + "\"");
        assertThat(lines.get(1)).contains("\"level\":\"WARN\"").doesNotContain("trace_number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alarm.of(Alarm.Severity.NOTICE, "Bad Name", ""));
    }

    private static LoggerContext loggingTo(List<String> lines) {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        Capture appender = new Capture(root, lines);
        appender.setContext(context);
        appender.start();
        root.addAppender(appender);
        return context;
    }

    /** Encodes what a logger is given as the console would. */
    private static final class Capture extends AppenderBase<ILoggingEvent>
            implements AutoCloseable {
        private final ch.qos.logback.classic.Logger logger;
        private final JsonLines encoder = new JsonLines(Map.of("service", "cell"));
        private final List<String> lines;

        Capture(ch.qos.logback.classic.Logger logger, List<String> lines) {
            this.logger = logger;
            this.lines = lines;
        }

        static Capture of(String name, List<String> lines) {
            LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
            Capture capture = new Capture(context.getLogger(name), lines);
            capture.setContext(context);
            capture.start();
            capture.logger.addAppender(capture);
            return capture;
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(new String(encoder.encode(event), StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            logger.detachAppender(this);
        }
    }
}

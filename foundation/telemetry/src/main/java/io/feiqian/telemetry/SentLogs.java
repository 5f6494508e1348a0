package io.feiqian.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.resources.Resource;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the process's log lines to where its spans go, each with the trace and the trace number of
 * the work inside which it was written (B6.4-e). A place that does not answer costs lines there,
 * never those in the log itself. Thread-safe.
 */
final class SentLogs implements AutoCloseable {
    /** Sends nothing. */
    static final SentLogs NONE = new SentLogs(null, null);

    private static final String LOGS = "/v1/logs";
    private static final String NAME = "otlp";
    private static final long FLUSH_SECONDS = 2;

    /** With lines of this length a request of so many stays below what receivers take. */
    private static final int MOST_LINES = 64;

    private static final int LONGEST = 16_000;
    private static final AttributeKey<String> NUMBER = AttributeKey.stringKey(Tracing.TRACE_NUMBER);
    private static final AttributeKey<String> TYPE = AttributeKey.stringKey("exception.type");
    private static final AttributeKey<String> SAID = AttributeKey.stringKey("exception.message");
    private static final AttributeKey<String> STACK =
            AttributeKey.stringKey("exception.stacktrace");

    private final @Nullable SdkLoggerProvider provider;
    private final ch.qos.logback.classic.@Nullable Logger root;

    private SentLogs(
            @Nullable SdkLoggerProvider provider, ch.qos.logback.classic.@Nullable Logger root) {
        this.provider = provider;
        this.root = root;
    }

    /**
     * Begins to send the lines of this process; nothing where the address is not that of a whole
     * OTLP receiver, or where another part of the process sends them already.
     */
    static SentLogs attach(URI traces, Resource resource, Duration every) {
        Optional<String> endpoint = OtlpReceiver.beside(traces, LOGS);
        if (endpoint.isEmpty()
                || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return NONE;
        }
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(NAME) != null) {
            return NONE;
        }
        SdkLoggerProvider provider =
                SdkLoggerProvider.builder()
                        .setResource(resource)
                        .addLogRecordProcessor(
                                BatchLogRecordProcessor.builder(
                                                OtlpHttpLogRecordExporter.builder()
                                                        .setEndpoint(endpoint.get())
                                                        .build())
                                        .setScheduleDelay(every)
                                        .setMaxExportBatchSize(MOST_LINES)
                                        .build())
                        .build();
        Appender appender = new Appender(provider);
        appender.setContext(context);
        appender.setName(NAME);
        appender.start();
        root.addAppender(appender);
        return new SentLogs(provider, root);
    }

    @Override
    public void close() {
        if (root != null) {
            root.detachAppender(NAME);
        }
        if (provider != null) {
            provider.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static final class Appender extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private static final String SENDER = "io.opentelemetry";

        private final SdkLoggerProvider provider;

        Appender(SdkLoggerProvider provider) {
            this.provider = provider;
        }

        @Override
        protected void append(ILoggingEvent event) {
            // What the sender complains of is not sent.
            if (event.getLoggerName().startsWith(SENDER)) {
                return;
            }
            LogRecordBuilder line =
                    provider.get(event.getLoggerName())
                            .logRecordBuilder()
                            .setTimestamp(event.getInstant())
                            .setContext(Context.current())
                            .setSeverity(severity(event.getLevel()))
                            .setSeverityText(event.getLevel().toString())
                            .setBody(cut(String.valueOf(event.getFormattedMessage())));
            String number = event.getMDCPropertyMap().get(Tracing.TRACE_NUMBER);
            if (number != null) {
                line.setAttribute(NUMBER, number);
            }
            IThrowableProxy thrown = event.getThrowableProxy();
            if (thrown != null) {
                line.setAttribute(TYPE, thrown.getClassName());
                line.setAttribute(SAID, cut(String.valueOf(thrown.getMessage())));
                line.setAttribute(STACK, cut(ThrowableProxyUtil.asString(thrown)));
            }
            line.emit();
        }

        private static String cut(String text) {
            return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
        }

        private static Severity severity(Level level) {
            return switch (level.toInt()) {
                case Level.ERROR_INT -> Severity.ERROR;
                case Level.WARN_INT -> Severity.WARN;
                case Level.DEBUG_INT -> Severity.DEBUG;
                case Level.TRACE_INT -> Severity.TRACE;
                default -> Severity.INFO;
            };
        }
    }
}

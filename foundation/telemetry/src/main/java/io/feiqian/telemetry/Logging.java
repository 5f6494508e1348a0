package io.feiqian.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up Logback in code. Lines go to the standard error stream, so that the standard output is
 * left to what a command prints.
 *
 * <p>Until {@link #start} is called, and where the user has no Logback file of his own, warnings
 * and worse are written as text.
 */
@ConfiguratorRank(ConfiguratorRank.NOMINAL)
public final class Logging extends ContextAwareBase implements Configurator {
    /** Libraries whose information lines say nothing to the operator of a bank. */
    static final Map<String, org.slf4j.event.Level> QUIET_LIBRARIES =
            Map.of(
                    "org.apache.zookeeper", org.slf4j.event.Level.WARN,
                    "org.apache.curator", org.slf4j.event.Level.WARN,
                    "com.zaxxer.hikari", org.slf4j.event.Level.WARN,
                    "org.flywaydb", org.slf4j.event.Level.WARN,
                    "io.grpc", org.slf4j.event.Level.WARN,
                    "io.netty", org.slf4j.event.Level.WARN,
                    "io.opentelemetry", org.slf4j.event.Level.WARN);

    private static final String PATTERN =
            "%d{HH:mm:ss.SSS} %-5level %logger{24} - %msg %X{" + Tracing.TRACE_NUMBER + "}%n%ex";

    /** Made by Logback; call {@link #start} instead. */
    public Logging() {}

    /** Replaces the process's log configuration. */
    public static void start(LogConfig config) {
        // Libraries that write past SLF4J: their information would stand between our lines.
        java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.WARNING);
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            configure(context, config);
        }
    }

    /**
     * Sets the levels of a running process and nothing else of its log: one for all loggers, others
     * by the beginning of loggers' names, and those of foreign libraries as a server has them.
     * Without effect where SLF4J leads to something else than Logback.
     */
    public static void adjust(
            org.slf4j.event.Level level, Map<String, org.slf4j.event.Level> levels) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            adjust(context, level, levels);
        }
    }

    static void adjust(
            LoggerContext context,
            org.slf4j.event.Level level,
            Map<String, org.slf4j.event.Level> levels) {
        Map<String, org.slf4j.event.Level> all = new HashMap<>(QUIET_LIBRARIES);
        all.putAll(levels);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.convertAnSLF4JLevel(level));
        for (ch.qos.logback.classic.Logger each : context.getLoggerList()) {
            if (each.getLevel() != null
                    && !each.getName().equals(Logger.ROOT_LOGGER_NAME)
                    && !all.containsKey(each.getName())) {
                each.setLevel(null);
            }
        }
        all.forEach(
                (name, own) -> context.getLogger(name).setLevel(Level.convertAnSLF4JLevel(own)));
    }

    /** Writes nothing of these loggers any more, whatever happens; for worlds that are not real. */
    public static void silence(String... loggers) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            for (String each : loggers) {
                context.getLogger(each).setLevel(Level.OFF);
            }
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        configure(context, LogConfig.command());
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    static void configure(LoggerContext context, LogConfig config) {
        context.reset();
        Encoder<ILoggingEvent> encoder =
                switch (config.form()) {
                    case JSON -> new JsonLines(config.fields());
                    case TEXT -> text();
                };
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(console);
        root.setLevel(Level.convertAnSLF4JLevel(config.level()));
        config.levels()
                .forEach((name, level) ->
                        context.getLogger(name).setLevel(Level.convertAnSLF4JLevel(level)));
    }

    private static Encoder<ILoggingEvent> text() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern(PATTERN);
        return encoder;
    }
}

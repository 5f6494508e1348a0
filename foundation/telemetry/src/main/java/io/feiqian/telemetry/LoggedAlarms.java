package io.feiqian.telemetry;

import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.vocabulary.TraceNumber;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Alarms as log lines of the logger {@code feiqian.alarm} and as the counter of that name. */
public final class LoggedAlarms implements AlarmEvents {
    private static final Logger LOG = LoggerFactory.getLogger("feiqian.alarm");

    private final MeterRegistry metrics;

    /** Counts in this registry. */
    public LoggedAlarms(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    @Override
    public void raise(Alarm alarm) {
        metrics.counter("feiqian.alarm", "name", alarm.name(), "severity", alarm.severity().name())
                .increment();
        var line =
                LOG.atLevel(level(alarm.severity()))
                        .addKeyValue("alarm", alarm.name())
                        .addKeyValue("severity", alarm.severity());
        try (Tracing.Entered _ = Tracing.logAs(alarm.trace())) {
            line.log("{}: {}{}", alarm.name(), alarm.detail(), suffix(alarm));
        }
    }

    private static String suffix(Alarm alarm) {
        return alarm.trace().map(TraceNumber::toString).map(t -> " (trace " + t + ")").orElse("");
    }

    private static Level level(Alarm.Severity severity) {
        return switch (severity) {
            case NOTICE -> Level.INFO;
            case WARNING -> Level.WARN;
            case CRITICAL -> Level.ERROR;
        };
    }
}

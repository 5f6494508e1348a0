package io.feiqian.telemetry;

import java.util.Map;
import org.slf4j.event.Level;

/**
 * How a process writes log lines.
 *
 * @param form JSON for machines, text for people
 * @param level the level of all loggers
 * @param levels other levels by the beginning of loggers' names
 * @param fields what every JSON line says beside its own fields, such as the service's name
 */
public record LogConfig(
        Form form, Level level, Map<String, Level> levels, Map<String, String> fields) {
    /** Keeps copies. */
    public LogConfig {
        levels = Map.copyOf(levels);
        fields = Map.copyOf(fields);
    }

    /** What a server writes: JSON from INFO, foreign libraries from WARN. */
    public static LogConfig server(String service, String instance) {
        return new LogConfig(
                Form.JSON,
                Level.INFO,
                Logging.QUIET_LIBRARIES,
                Map.of("service", service, "instance", instance));
    }

    /** What a command for people writes: text, warnings and worse. */
    public static LogConfig command() {
        return new LogConfig(Form.TEXT, Level.WARN, Map.of(), Map.of());
    }

    /** The same with another level of all loggers. */
    public LogConfig at(Level newLevel) {
        return new LogConfig(form, newLevel, levels, fields);
    }

    /** The form of a line. */
    public enum Form {
        /** One JSON object a line. */
        JSON,
        /** Words. */
        TEXT
    }
}

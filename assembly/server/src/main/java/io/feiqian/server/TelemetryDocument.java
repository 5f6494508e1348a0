package io.feiqian.server;

import io.feiqian.configuration.DocumentType;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * What operators change of a running process's telemetry, as the document {@code telemetry} of the
 * configuration centre.
 *
 * @param logLevel the level of all loggers
 * @param logLevels other levels by the beginning of loggers' names, at most 100
 * @param tracesPerSecond the most traces that begin in a process and are recorded in a second; 0
 *     for all. Where the document does not say, what the process's file says
 */
record TelemetryDocument(Level logLevel, Map<String, Level> logLevels, int tracesPerSecond) {
    private static final int MOST_LEVELS = 100;
    private static final int MOST_TRACES = 1_000_000;

    /** Copies the map, and refuses numbers out of bounds. */
    TelemetryDocument {
        logLevels = Map.copyOf(logLevels);
        if (logLevels.size() > MOST_LEVELS) {
            throw new IllegalArgumentException(
                    "logLevels: " + logLevels.size() + " (expected: at most " + MOST_LEVELS + ")");
        }
        if (tracesPerSecond < 0 || tracesPerSecond > MOST_TRACES) {
            throw new IllegalArgumentException(
                    "tracesPerSecond: "
                            + tracesPerSecond
                            + " (expected: 0 to "
                            + MOST_TRACES
                            + ")");
        }
    }

    /** The document of a process whose file says so many traces a second. */
    static DocumentType<TelemetryDocument> type(int tracesPerSecond) {
        return DocumentType.of(
                "telemetry", new TelemetryDocument(Level.INFO, Map.of(), tracesPerSecond));
    }
}

package io.feiqian.observatory;

import io.feiqian.storage.DatabaseConfig;
import java.time.Duration;

/**
 * How an observatory works.
 *
 * @param host where it receives, OTLP over HTTP
 * @param port where it receives; 0 for any that is free
 * @param database its own; not a cell's
 * @param mostBytes how large what it keeps may become, indexes included, at least 64 MiB
 * @param longest how long something is kept at most
 */
public record ObservatoryConfig(
        String host, int port, DatabaseConfig database, long mostBytes, Duration longest) {
    private static final long LEAST_BYTES = 64L * 1024 * 1024;
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    /** Refuses bounds within which nothing could be kept. */
    public ObservatoryConfig {
        if (mostBytes < LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "bound: %d bytes (expected: %d or more)".formatted(mostBytes, LEAST_BYTES));
        }
        if (longest.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "kept for: %s (expected: %s or longer)".formatted(longest, SHORTEST));
        }
    }
}

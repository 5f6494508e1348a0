package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.time.Duration;

/**
 * An active check of backends (P6.1.3-e to g), by TLS where the pool's requests go by it: a backend
 * whose certificate they would refuse is down.
 *
 * @param kind what is tried
 * @param path for HTTP: what is asked for
 * @param host for HTTP: the {@code Host}; empty for the backend's own address
 * @param statuses for HTTP: the good ones, such as {@code 200-299}
 * @param body for HTTP: a text that the first 4 KB of the answer must have; empty for any
 * @param every how often, with a tenth more or less by chance
 * @param timeout how long one may take
 * @param rise so many good ones in a row bring a backend back
 * @param fall so many bad ones in a row take it out
 */
public record HealthCheckConfig(
        @ByDefault("TCP") Kind kind,
        @ByDefault("/") String path,
        @ByDefault("\"\"") String host,
        @ByDefault("200-299") String statuses,
        @ByDefault("\"\"") String body,
        @ByDefault("2s") Duration every,
        @ByDefault("1s") Duration timeout,
        @ByDefault("2") int rise,
        @ByDefault("2") int fall) {
    /** What is tried. */
    public enum Kind {
        /** A connection; the handshake of TLS belongs to it. */
        TCP,
        /** A GET of HTTP/1.1. */
        HTTP
    }

    /** Refuses what cannot be tried. */
    public HealthCheckConfig {
        Names.requirePositive("every", every);
        Names.requirePositive("timeout", timeout);
        if (rise < 1 || fall < 1) {
            throw new IllegalArgumentException(
                    "rise, fall: %d, %d (expected: each >= 1)".formatted(rise, fall));
        }
        if (!path.startsWith("/") || path.chars().anyMatch(each -> each <= ' ' || each > '~')) {
            throw new IllegalArgumentException("path: " + path + " (expected: /...)");
        }
        if (!statuses.matches("[1-5]\\d\\d(-[1-5]\\d\\d)?")) {
            throw new IllegalArgumentException(
                    "statuses: " + statuses + " (expected: such as 200 or 200-299)");
        }
    }
}

package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.time.Duration;
import java.util.List;

/**
 * How long a backend may take (P6.1.3-l).
 *
 * @param connect until it takes a connection, TLS included
 * @param answer from the whole request to the first byte of the answer
 * @param pause between two pieces of an answer
 * @param idle how long an unused connection is kept
 */
public record BackendTimeouts(
        @ByDefault("1s") Duration connect,
        @ByDefault("30s") Duration answer,
        @ByDefault("30s") Duration pause,
        @ByDefault("30s") Duration idle) {
    /** What holds unless configured. */
    public static final BackendTimeouts USUAL =
            new BackendTimeouts(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30));

    /** Refuses times that are not positive. */
    public BackendTimeouts {
        for (Duration each : List.of(connect, answer, pause, idle)) {
            Names.requirePositive("timeouts", each);
        }
    }
}

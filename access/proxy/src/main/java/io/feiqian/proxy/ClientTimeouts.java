package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.time.Duration;
import java.util.List;

/**
 * How long a client may take (P6.1.3-l). All of them are for what the client does, so that a slow
 * one cannot hold what others need.
 *
 * @param handshake TLS, the PROXY header
 * @param head a head, from its first byte on
 * @param body between two pieces of a body
 * @param request a whole request, head and body
 * @param answer between two pieces of an answer that the client takes
 * @param idle between two requests, or two pieces of a connection or a WebSocket
 */
public record ClientTimeouts(
        @ByDefault("10s") Duration handshake,
        @ByDefault("10s") Duration head,
        @ByDefault("30s") Duration body,
        @ByDefault("5m") Duration request,
        @ByDefault("30s") Duration answer,
        @ByDefault("60s") Duration idle) {
    /** What holds unless configured. */
    public static final ClientTimeouts USUAL =
            new ClientTimeouts(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60));

    /** Refuses times that are not positive. */
    public ClientTimeouts {
        for (Duration each : List.of(handshake, head, body, request, answer, idle)) {
            Names.requirePositive("timeouts", each);
        }
    }
}

package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.telemetry.TelemetryConfig;
import java.net.URI;

/** Where a role's spans go. */
final class Traces {
    private Traces() {}

    /**
     * The same telemetry with its spans sent to this address; nowhere where it is empty.
     *
     * @param perSecond the most traces that begin here and are recorded in a second; 0 for all
     */
    static TelemetryConfig to(String address, int perSecond, TelemetryConfig config) {
        if (address.isEmpty()) {
            return config;
        }
        try {
            return config.sendingTo(URI.create(address), perSecond);
        } catch (IllegalArgumentException wrong) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "traces to: " + wrong.getMessage(),
                    "Name an address such as http://localhost:4318/v1/traces.",
                    wrong);
        }
    }
}

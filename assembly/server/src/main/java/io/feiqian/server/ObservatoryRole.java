package io.feiqian.server;

import io.feiqian.observatory.Observatory;
import io.feiqian.observatory.ObservatoryConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.nio.file.Path;
import java.time.Duration;

/** The observatory: everybody sends to it, nobody waits for it. */
final class ObservatoryRole {
    private ObservatoryRole() {}

    /** Starts it; when this returns it receives. */
    static AutoCloseable start(ObservatoryRoleConfig told, Clock clock) throws Exception {
        StopInOrder parts = new StopInOrder();
        try {
            // What it observes of itself goes to its log: it would otherwise observe that as well.
            Telemetry telemetry =
                    parts.add(Telemetry.start(TelemetryConfig.local("observatory", "observatory")));
            var _ =
                    parts.add(
                            Observatory.start(
                                    new ObservatoryConfig(
                                            told.host(),
                                            told.port(),
                                            DatabaseConfig.withPasswordFile(
                                                    told.databaseUrl(),
                                                    told.databaseUser(),
                                                    Path.of(told.databasePasswordFile())),
                                            told.mostMegabytes() * 1024L * 1024,
                                            Duration.ofHours(told.longestHours())),
                                    clock,
                                    telemetry.metrics()));
            return parts;
        } catch (Exception failed) {
            parts.close();
            throw failed;
        }
    }
}

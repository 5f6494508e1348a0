package io.feiqian.server;

import io.feiqian.alarms.AlarmService;
import io.feiqian.observatory.Observatory;
import io.feiqian.observatory.ObservatoryConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;

/** The observatory, and the alarms that are found in it: everybody sends, nobody waits for it. */
final class ObservatoryRole {
    private ObservatoryRole() {}

    /** Starts it; when this returns it receives. */
    static AutoCloseable start(ObservatoryRoleConfig told, Clock clock) throws Exception {
        StopInOrder parts = new StopInOrder();
        try {
            // What it observes of itself goes to its log: it would otherwise observe that as well.
            Telemetry telemetry =
                    parts.add(Telemetry.start(TelemetryConfig.local("observatory", "observatory")));
            DatabaseConfig database =
                    DatabaseConfig.withPasswordFile(
                            told.databaseUrl(),
                            told.databaseUser(),
                            Path.of(told.databasePasswordFile()));
            var _ =
                    parts.add(
                            Observatory.start(
                                    new ObservatoryConfig(
                                            told.host(),
                                            told.port(),
                                            database,
                                            told.mostMegabytes() * 1024L * 1024,
                                            Duration.ofHours(told.longestHours())),
                                    clock,
                                    telemetry.metrics()));
            if (told.alarmSeconds() > 0) {
                var _ = parts.add(alarms(told, database, clock, telemetry.metrics()));
            }
            return parts;
        } catch (Exception failed) {
            parts.close();
            throw failed;
        }
    }

    private static AlarmService alarms(
            ObservatoryRoleConfig told,
            DatabaseConfig database,
            Clock clock,
            MeterRegistry metrics) {
        return AlarmService.start(
                database,
                seal(Path.of(told.secretsFolder())),
                Duration.ofSeconds(told.alarmSeconds()),
                told.consoleUrl().isEmpty() ? "" : told.consoleUrl() + "/alarms",
                clock,
                metrics);
    }

    /** What encrypts how to reach channels: the keys of this folder, made where there are none. */
    static PersonalData seal(Path secretsFolder) {
        Randomness random = Randomness.secure();
        return new AesPersonalData(KeyRing.obtain(Secrets.in(secretsFolder, random)), random);
    }
}

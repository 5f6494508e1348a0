package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short run with real processes and databases: every kind of transaction, every kind of fault.
 */
final class ServicesChaosTest {
    private static final Duration LENGTH = Duration.ofSeconds(25);

    @Test
    void nothingIsLostAndNothingHappensTwiceWhateverIsKilledHeldOrCutOff(@TempDir Path folder)
            throws Exception {
        ServicesPlan plan =
                new ServicesPlan(
                        LENGTH,
                        7,
                        Arrays.asList(GlobalKind.values()),
                        ServiceDatabases.available(),
                        2,
                        6,
                        20,
                        0);
        try (Timer timer = Timer.system("services-chaos")) {
            ServicesReport report =
                    new ServicesChaos(plan, line -> {}, Clock.system(), timer).run(folder);
            assertThat(report.findings()).isEqualTo(List.of());
            assertThat(report.faults()).allSatisfy((kind, times) -> assertThat(times).isPositive());
            assertThat(report.counts().accepted()).isPositive();
        }
    }
}

package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class FleetChaosTest {
    @Requirement({"P6.2.2.1-f", "P6.2.2.1-g", "P6.2.2.5-j", "S.ms-1", "S.ms-2"})
    @Test
    void nobodyNoticesWhatBefallsRegistryProvidersClocksAndPolicies(@TempDir Path folder)
            throws Exception {
        try (Timer timer = Timer.system("fleet-chaos")) {
            FleetReport report =
                    new FleetChaos(Duration.ofSeconds(20), 7, _ -> {}, Clock.system(), timer)
                            .run(folder);

            assertThat(report.findings()).isEmpty();
            assertThat(report.isGood()).isTrue();
            assertThat(report.faults()).hasSize(12).doesNotContainValue(0);
            assertThat(report.policies()).isGreaterThanOrEqualTo(2);
        }
    }
}

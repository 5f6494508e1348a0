package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class FaultScheduleTest {
    private static final List<FaultKind> ALL = List.of(FaultKind.values());
    private static final Duration LENGTH = Duration.ofMinutes(3);

    @Test
    void theSeedFixesTheSchedule() {
        assertThat(FaultSchedule.of(7, LENGTH, ALL)).isEqualTo(FaultSchedule.of(7, LENGTH, ALL));
        assertThat(FaultSchedule.of(7, LENGTH, ALL)).isNotEqualTo(FaultSchedule.of(8, LENGTH, ALL));
    }

    @Test
    void everyKindHappensAlsoInAShortRun() {
        for (long seed = 0; seed < 50; seed++) {
            assertThat(
                            FaultSchedule.of(seed, Duration.ofSeconds(20), ALL).stream()
                                    .map(Fault::kind)
                                    .collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder(FaultKind.values());
        }
    }

    @Test
    void faultsComeInOrderAndLeaveTheEndQuiet() {
        List<Fault> faults = FaultSchedule.of(7, LENGTH, ALL);
        assertThat(faults).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
        assertThat(faults.getLast().at()).isLessThan(Duration.ofSeconds(162));
        assertThat(faults).hasSizeGreaterThan(30);
    }

    @Test
    void onlyPausesHaveALength() {
        for (Fault each : FaultSchedule.of(7, LENGTH, ALL)) {
            assertThat(each.length().isZero()).isEqualTo(!each.kind().isPause());
        }
    }
}

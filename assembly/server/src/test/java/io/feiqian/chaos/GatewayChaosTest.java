package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The gateway as a process, for which the whole executable is needed. */
@Timeout(300)
@EnabledIf(value = "isServed", disabledReason = "the role gateway takes no document of its own yet")
final class GatewayChaosTest {
    private static final List<FaultKind> KINDS =
            List.of(
                    FaultKind.KILL_BACKEND,
                    FaultKind.HANG_BACKEND,
                    FaultKind.BREAK_OFF_BACKEND,
                    FaultKind.GARBLE_BACKEND,
                    FaultKind.KILL_BACKENDS,
                    FaultKind.BREAK_DOCUMENT,
                    FaultKind.FLOOD_GATEWAY);

    static boolean isServed() throws ClassNotFoundException {
        Class<?> told = Class.forName("io.feiqian.server.GatewayRoleConfig");
        return List.of(told.getRecordComponents()).stream()
                .anyMatch(each -> each.getName().equals("proxy"));
    }

    @Requirement({"P6.1.3-e", "P6.1.3-j", "P6.1.3-k", "M6.6-9"})
    @Test
    void nothingIsSentTwiceThatIsNotSafeAndNobodyGetsAnothersAnswer(@TempDir Path folder)
            throws Exception {
        try (Timer timer = Timer.system("gateway-chaos")) {
            GatewayReport report =
                    new GatewayChaos(
                                    Duration.ofSeconds(20),
                                    7,
                                    KINDS,
                                    _ -> {},
                                    Clock.system(),
                                    timer)
                            .run(folder);

            assertThat(report.findings()).isEmpty();
            assertThat(report.isGood()).isTrue();
            assertThat(report.faults()).hasSize(KINDS.size()).doesNotContainValue(0);
        }
    }
}

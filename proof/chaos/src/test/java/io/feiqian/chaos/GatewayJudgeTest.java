package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Whether the judge of gateways acquits a good one and convicts a bad one, tried with HAProxy. */
@Timeout(180)
@EnabledIf(value = "isHaproxyThere", disabledReason = "the Debian package haproxy is not there")
final class GatewayJudgeTest {
    private static final List<FaultKind> KINDS =
            List.of(FaultKind.KILL_BACKEND, FaultKind.HANG_BACKEND);

    static boolean isHaproxyThere() {
        return Files.isExecutable(Path.of("/usr/sbin/haproxy"));
    }

    @Test
    void aGatewayThatRepeatsWhatIsNotSafeIsConvicted(@TempDir Path folder) throws Exception {
        assertThat(run(folder, true).findings())
                .anyMatch(each -> each.contains("a POST arrived more than once"));
    }

    @Test
    void oneThatDoesNotIsNot(@TempDir Path folder) throws Exception {
        assertThat(run(folder, false).findings())
                // It has no datagrams, and hangs up without a word where a server does.
                .allMatch(each ->
                        each.contains("datagrams")
                                || each.contains("lost on a connection that had served"));
    }

    private static GatewayReport run(Path folder, boolean repeats)
            throws IOException, InterruptedException {
        try (Timer timer = Timer.system("gateway-judge")) {
            return new GatewayChaos(
                            Duration.ofSeconds(10), 7, KINDS, _ -> {}, Clock.system(), timer)
                    .run(
                            folder,
                            (ports, backends) ->
                                    new HaproxyGateway(folder, ports, backends, repeats));
        }
    }
}

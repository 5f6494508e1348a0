package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.feiqian.bank.contract.ConfigurationInstance;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which gateways there are, and which of them do not go by what they are to go by. */
class GatewaysPageTest {
    @Test
    void whoIsAskedAndWhoOnlyReportedStandTogetherAndDifferencesAreMarked() {
        Gateways gateways =
                Gateways.of(
                        new TreeMap<>(
                                Map.of(
                                        "gateway",
                                        GatewayView.silent("nobody answers"),
                                        "edge",
                                        GatewayView.silent("nobody answers"))),
                        List.of(
                                report("gateway", "gateway", 7, 7, ""),
                                report("gateway-b", "gateway", 6, 7, ""),
                                report("gateway-c", "gateway", 6, 7, "port 80 cannot be had"),
                                report("cell-1-1", "cell", 0, 7, "")));

        assertThat(gateways.all())
                .extracting(
                        Gateways.Row::name,
                        Gateways.Row::isHere,
                        Gateways.Row::version,
                        Gateways.Row::wanted,
                        Gateways.Row::differs)
                .containsExactly(
                        tuple("edge", true, 0L, -1L, false),
                        tuple("gateway", true, 7L, 7L, false),
                        tuple("gateway-b", false, 6L, 7L, true),
                        tuple("gateway-c", false, 6L, 7L, true));
    }

    private static ConfigurationInstance report(
            String name, String role, long version, long meant, String refused) {
        return ConfigurationInstance.newBuilder()
                .setInstance(name)
                .putLabels("role", role)
                .setVersion(version)
                .setMeantVersion(meant)
                .setRefusedBecause(refused)
                .build();
    }
}

package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

final class PortsTest {
    @Test
    void aPortInUseIsRefusedWithItsNumberAndTheOptionThatHelps() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ports ports = Ports.free(3, 1);
            Ports clash =
                    new Ports(
                            taken.getLocalPort(),
                            ports.console(),
                            ports.observatory(),
                            ports.registry(),
                            ports.firstCell(),
                            ports.firstDatabase());
            assertThatThrownBy(() -> clash.require(3, 1, true))
                    .isInstanceOfSatisfying(
                            CommandFailure.class,
                            failure -> {
                                assertThat(failure.status()).isEqualTo(ExitStatus.CANNOT_START);
                                assertThat(failure.happened())
                                        .isEqualTo(
                                                "port %d for the gateway is in use"
                                                        .formatted(taken.getLocalPort()));
                                assertThat(failure.remedy()).contains("--gateway-port");
                            });
        }
    }

    @Test
    void twoProcessesNeverGetTheSamePort() {
        Ports ports = Ports.free(2, 2);
        Ports overlapping =
                new Ports(
                        ports.gateway(),
                        ports.console(),
                        ports.observatory(),
                        ports.registry(),
                        ports.firstCell(),
                        ports.firstCell());
        assertThatThrownBy(() -> overlapping.require(2, 2, true))
                .isInstanceOf(CommandFailure.class);
    }

    @Test
    void freePortsAreFree() {
        assertThatCode(() -> Ports.free(3, 2).require(3, 2, true)).doesNotThrowAnyException();
    }
}

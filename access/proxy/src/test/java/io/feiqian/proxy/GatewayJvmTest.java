package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The switches that a gateway's JVM is started with. */
class GatewayJvmTest {
    @Test
    void aJvmTakesThem() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(GatewayJvm.options());
        command.add("-version");
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}

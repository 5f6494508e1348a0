package io.feiqian.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.Verdict;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.registry.ZooKeeperServer;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Two services with the starter that know nothing of each other but the registry. */
@Timeout(120)
final class RegisteredTest {
    @TempDir Path folder;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Service {}

    private ConfigurableApplicationContext start(String name, String registry, String... more) {
        List<String> arguments = new ArrayList<>();
        Arrays.stream(Database.empty().properties())
                .filter(each -> !each.startsWith("feiqian.service="))
                .forEach(each -> arguments.add("--" + each));
        arguments.addAll(
                List.of(
                        "--spring.application.name=" + name,
                        "--spring.main.banner-mode=off",
                        "--server.port=0",
                        "--feiqian.registry.servers=" + registry,
                        "--feiqian.registry.host=127.0.0.1",
                        "--feiqian.registry.first-look=5s",
                        "--feiqian.registry.snapshot=" + folder.resolve(name + ".json")));
        arguments.addAll(Arrays.asList(more));
        return new SpringApplicationBuilder(Service.class)
                .registerShutdownHook(false)
                .run(arguments.toArray(String[]::new));
    }

    @Requirement("S.stack-2")
    @Test
    void phaseTwoFindsAServiceThatOnlyTheRegistryKnows() throws Exception {
        Inquiry inquiry = new Inquiry(new BranchKey(Database.trace(), 1, 1), 7);
        try (ZooKeeperServer registry =
                        ZooKeeperServer.start(
                                ZooKeeperServer.Config.alone(
                                        folder.resolve("registry"), "127.0.0.1", 0));
                ConfigurableApplicationContext accounts =
                        start(
                                "accounts",
                                registry.address(),
                                "--feiqian.path=/internal",
                                "--feiqian.registry.labels.feiqian-path=/internal");
                ConfigurableApplicationContext payments = start("payments", registry.address())) {
            assertThat(accounts.isRunning()).isTrue();
            ServiceChannel channel = payments.getBean(ServiceChannel.class);
            assertThat(
                            channel.inquire("accounts", inquiry)
                                    .toCompletableFuture()
                                    .get(30, TimeUnit.SECONDS))
                    .isEqualTo(Verdict.ABORT);
            assertThatThrownBy(() ->
                            channel.inquire("nobody", inquiry)
                                    .toCompletableFuture()
                                    .get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("feiqian.services.nobody");
        }
    }
}

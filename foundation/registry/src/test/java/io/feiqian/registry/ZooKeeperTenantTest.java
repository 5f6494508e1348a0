package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Parts of one ZooKeeper for tenants, who watches what, and what those who left leave behind. */
@Timeout(60)
class ZooKeeperTenantTest {
    private final ZooKeeperServer server;
    private final ZooKeeperConfig config;

    ZooKeeperTenantTest(@TempDir Path folder) throws IOException {
        server = ZooKeeperServer.start(ZooKeeperServer.Config.alone(folder, "127.0.0.1", 0));
        config =
                new ZooKeeperConfig(
                        server.address(),
                        Optional.empty(),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(3),
                        Duration.ZERO);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Requirement("P6.2.2.1-j")
    @Test
    void tenantsSeeNothingOfEachOther() throws Exception {
        try (Registry red = ZooKeeperRegistry.start(config.inTenant("red"));
                Registry blue = ZooKeeperRegistry.start(config.inTenant("blue"));
                Registry late = ZooKeeperRegistry.start(config.inTenant("blue"))) {
            register(red, "a");
            register(blue, "b");
            red.publish("d", 0, "red").get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> !list.isEmpty());
            late.watchInstances("cell", seen::see);
            assertThat(seen.await()).containsExactly(RegistryContract.cell("b", 7101));
            assertThat(late.fetch("d").get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Requirement({"P6.2.2.4-a", "P6.2.2.4-b"})
    @Test
    void whoWatchesIsListedAndOnlyWhoWatches() throws Exception {
        try (Registry one = ZooKeeperRegistry.start(config.named("one"));
                Registry two = ZooKeeperRegistry.start(config.named("two"))) {
            one.watchInstances("cell", _ -> {});
            // What a process asks comes after what it wrote.
            assertThat(one.subscribers("cell").get(20, TimeUnit.SECONDS)).containsExactly("one");
            assertThat(two.subscribers("gateway").get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void theNotesOfThoseWhoLeftDoNotGrowForEver() throws Exception {
        try (Registry registry = ZooKeeperRegistry.start(config);
                CuratorFramework client =
                        CuratorFrameworkFactory.newClient(
                                server.address(), new RetryOneTime(100))) {
            for (int i = 0; i < 250; i++) {
                register(registry, "i" + i).close();
            }
            client.start();
            assertThat(client.getChildren().forPath(ZooKeeperPaths.DEFAULT.departures("cell")))
                    .hasSizeBetween(100, 201)
                    .contains("i249");
        }
    }

    private static Registration register(Registry registry, String id) throws Exception {
        Registration registration = registry.register(RegistryContract.cell(id, 7101), () -> true);
        registration.registered().get(20, TimeUnit.SECONDS);
        return registration;
    }
}

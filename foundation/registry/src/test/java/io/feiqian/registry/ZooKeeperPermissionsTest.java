package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A ZooKeeper that asks who comes, also those who do not mean well. */
@Timeout(60)
class ZooKeeperPermissionsTest {
    private static final ZooKeeperConfig.Login PAYMENTS =
            new ZooKeeperConfig.Login("payments", "secret of payments");
    private static final ZooKeeperConfig.Login ACCOUNTS =
            new ZooKeeperConfig.Login("accounts", "secret of accounts");

    private final ZooKeeperServer server;
    private final ZooKeeperConfig config;

    ZooKeeperPermissionsTest(@TempDir Path folder) throws IOException {
        server = ZooKeeperServer.start(ZooKeeperServer.Config.alone(folder, "127.0.0.1", 0));
        config =
                new ZooKeeperConfig(
                        server.address(),
                        Optional.empty(),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(3),
                        Duration.ZERO);
    }

    @BeforeEach
    void setUp() throws Exception {
        try (ZooKeeperPermissions permissions =
                new ZooKeeperPermissions(
                        server.address(),
                        Optional.empty(),
                        new ZooKeeperConfig.Login("root", "secret of root"))) {
            permissions.enable();
            permissions.add(PAYMENTS, Set.of("payments"), Set.of("accounts"), false);
            permissions.add(ACCOUNTS, Set.of("accounts"), Set.of(), true);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Requirement({"P6.2.2.3-b", "P6.2.2.4-c"})
    @Test
    void aProcessWritesOnlyUnderItsOwnNamesAndSeesOnlyWhatItMay() throws Exception {
        try (Registry payments = ZooKeeperRegistry.start(config.as(PAYMENTS).named("p"));
                Registry accounts = ZooKeeperRegistry.start(config.as(ACCOUNTS).named("a"))) {
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> !list.isEmpty());
            payments.watchInstances("accounts", seen::see);
            // What is refused keeps out nothing that is allowed.
            CompletableFuture<Void> refused =
                    payments.register(instance("accounts", "false"), () -> true).registered();
            CompletableFuture<Void> unknown =
                    payments.register(instance("salaries", "a"), () -> true).registered();
            register(payments, "payments", "a");
            register(accounts, "accounts", "x");
            assertThat(seen.await()).containsExactly(instance("accounts", "x"));
            assertThat(payments.subscribers("accounts").get(20, TimeUnit.SECONDS))
                    .containsExactly("p");
            assertThat(refused).isNotDone();
            assertThat(unknown).isNotDone();
            // Who may not see payments does not, whatever it asks.
            accounts.watchInstances("payments", list -> {});
            assertThat(accounts.fetch("nothing").get(20, TimeUnit.SECONDS)).isEmpty();
            assertThat(accounts.instances("payments")).isEmpty();
            assertRefused(accounts.subscribers("payments"));
        }
    }

    @Requirement({"P6.2.2.3-b", "P6.2.2.4-c"})
    @Test
    void aStrangerNeitherReadsNorWrites() throws Exception {
        try (Registry payments = ZooKeeperRegistry.start(config.as(PAYMENTS));
                Registry stranger = ZooKeeperRegistry.start(config);
                CuratorFramework client =
                        CuratorFrameworkFactory.newClient(
                                server.address(), new RetryOneTime(100))) {
            register(payments, "payments", "a");
            assertRefused(stranger.publish("rules", 0, "mine"));
            stranger.watchInstances("payments", list -> {});
            assertThat(stranger.fetch("nothing").get(20, TimeUnit.SECONDS)).isEmpty();
            assertThat(stranger.instances("payments")).isEmpty();
            // Nor past the adapter.
            client.start();
            String node = ZooKeeperPaths.DEFAULT.instance("payments", "a");
            assertThatExceptionOfType(KeeperException.NoAuthException.class)
                    .isThrownBy(() -> client.getData().forPath(node));
            assertThatExceptionOfType(KeeperException.NoAuthException.class)
                    .isThrownBy(() -> client.setData().forPath(node, new byte[0]));
            assertThatExceptionOfType(KeeperException.NoAuthException.class)
                    .isThrownBy(() -> client.delete().forPath(node));
        }
    }

    @Test
    void whoMayRegisterLeavesAndComesBackAndWhoMayPublishPublishes() throws Exception {
        try (Registry payments = ZooKeeperRegistry.start(config.as(PAYMENTS));
                Registry again = ZooKeeperRegistry.start(config.as(PAYMENTS));
                Registry accounts = ZooKeeperRegistry.start(config.as(ACCOUNTS))) {
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            again.watchInstances("payments", there::see);
            Registration leaving = register(payments, "payments", "a");
            there.await();
            Eventually<List<ServiceInstance>> gone = Eventually.of(List::isEmpty);
            again.watchInstances("payments", gone::see);
            leaving.close();
            gone.await();
            register(payments, "payments", "b");
            // Another process of the service takes the name of one whose session still runs.
            register(again, "payments", "b");
            accounts.publish("rules", 0, "one").get(20, TimeUnit.SECONDS);
            assertThat(accounts.publish("rules", 1, "two").get(20, TimeUnit.SECONDS))
                    .isInstanceOf(Publication.Published.class);
            assertThat(payments.fetch("rules").get(20, TimeUnit.SECONDS).orElseThrow().content())
                    .isEqualTo("two");
            assertRefused(payments.publish("rules", 2, "mine"));
            Eventually<Boolean> leads = Eventually.of(now -> now);
            Candidacy candidacy = payments.stand("recovery", "p");
            candidacy.onChange(leads::see);
            leads.await();
        }
    }

    private static Registration register(Registry registry, String role, String id)
            throws Exception {
        Registration made = registry.register(instance(role, id), () -> true);
        made.registered().get(20, TimeUnit.SECONDS);
        return made;
    }

    private static ServiceInstance instance(String role, String id) {
        return new ServiceInstance(role, Optional.empty(), id, "127.0.0.1", 7101, Map.of());
    }

    private static void assertRefused(CompletableFuture<?> answer) {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                .withStackTraceContaining("NoAuth");
    }
}

package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.data.Stat;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZooKeeperRegistryTest extends RegistryContract {
    private static final String A = ZooKeeperPaths.DEFAULT.instance("cell", "a");

    private final Path folder;
    private ZooKeeperServer server;

    ZooKeeperRegistryTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.server = startServer("data", 0);
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Override
    protected Registry connect() {
        return connect(Optional.empty(), Duration.ofMillis(300));
    }

    @Test
    void withTheRegistryDownAProcessStartsInTimeAndServesWhatWasSaidLast() throws Exception {
        Optional<Path> snapshot = Optional.of(folder.resolve("registry.json"));
        try (Registry cell = connect();
                Registry gateway = connect(snapshot, Duration.ZERO)) {
            cell.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            cell.publish("route-map", 0, "map").get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", seen::see);
            seen.await();
            assertThat(gateway.fetch("route-map").get(20, TimeUnit.SECONDS)).isPresent();
            server.close();
        }
        long begin = Clock.system().nanos();
        try (Registry gateway = connect(snapshot, Duration.ZERO)) {
            assertThat(gateway.instances("cell")).containsExactly(cell("a", 7101));
            assertThat(gateway.document("route-map")).contains(new Document("route-map", 1, "map"));
            assertThat(gateway.isConnected()).isFalse();
            assertThat(Duration.ofNanos(Clock.system().nanos() - begin))
                    .isLessThan(Duration.ofSeconds(20));
            Assertions.assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> gateway.fetch("route-map").get(20, TimeUnit.SECONDS))
                    .withCauseInstanceOf(RegistryUnavailableException.class);

            // Nobody restarts the gateway: it notices by itself that the registry is back.
            Eventually<List<ServiceInstance>> back =
                    Eventually.of(list -> list.contains(cell("b", 7102)));
            gateway.watchInstances("cell", back::see);
            server = startServer("data", server.port());
            try (Registry cell = connect()) {
                cell.register(cell("b", 7102), () -> true);
                back.await();
            }
        }
    }

    @Test
    void aLostSessionRegistersAgainByItselfAndNobodyMissesIt() throws Exception {
        HttpServer lives = serve();
        try (ZooKeeperRegistry one = connect(Optional.empty(), Duration.ZERO);
                Registry two = connect(Optional.empty(), Duration.ZERO);
                CuratorFramework client = client()) {
            ServiceInstance a = cell("a", lives.getAddress().getPort());
            one.register(a, () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            two.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> missing = Eventually.of(List::isEmpty);
            two.watchInstances("cell", missing::see);
            long before = one.session();
            CompletableFuture<Void> gone = new CompletableFuture<>();
            client.checkExists().usingWatcher((CuratorWatcher) _ -> gone.complete(null)).forPath(A);
            server.expire(before);
            gone.get(20, TimeUnit.SECONDS);
            CompletableFuture<Void> back = new CompletableFuture<>();
            Stat again =
                    client.checkExists()
                            .usingWatcher((CuratorWatcher) _ -> back.complete(null))
                            .forPath(A);
            if (again == null) {
                back.get(20, TimeUnit.SECONDS);
            }
            assertThat(client.checkExists().forPath(A).getEphemeralOwner()).isNotEqualTo(before);
            assertThat(missing.isMet()).isFalse();
        } finally {
            lives.stop(0);
        }
    }

    @Requirement({"P6.2.2.1-f", "P6.2.2.1-h"})
    @Test
    void whoLivesIsServedAlthoughTheRegistryForgotItUntilItIsDead() throws Exception {
        HttpServer lives = serve();
        int port = lives.getAddress().getPort();
        try (Registry gateway = connect(Optional.empty(), Duration.ZERO);
                CuratorFramework client = client()) {
            put(client, "b", 7102);
            put(client, "a", port);
            Eventually<List<ServiceInstance>> both = Eventually.of(list -> list.size() == 2);
            gateway.watchInstances("cell", both::see);
            both.await();
            Eventually<List<ServiceInstance>> one = Eventually.of(list -> list.size() == 1);
            gateway.watchInstances("cell", one::see);
            client.delete().forPath(A);
            client.delete().forPath(A.replace("/a", "/b"));
            // Nobody listens where b was, so it goes, and it is not the one that lives.
            assertThat(one.await()).containsExactly(cell("a", port));
            assertThat(gateway.doubted())
                    .extracting(Doubted::instance)
                    .containsExactly(cell("a", port));
            Eventually<List<ServiceInstance>> none = Eventually.of(List::isEmpty);
            gateway.watchInstances("cell", none::see);
            lives.stop(0);
            none.await();
            assertThat(gateway.doubted()).isEmpty();
        } finally {
            lives.stop(0);
        }
    }

    @Test
    void aRestartedInstanceTakesTheRegistrationOfItsLifeBefore() throws Exception {
        try (Registry before = connect();
                Registry after = connect();
                Registry gateway = connect()) {
            before.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> moved =
                    Eventually.of(list -> list.equals(List.of(cell("a", 7999))));
            gateway.watchInstances("cell", moved::see);
            // The first has not left: to the registry it is a killed process whose lease runs on.
            after.register(cell("a", 7999), () -> true).registered().get(20, TimeUnit.SECONDS);
            moved.await();
        }
    }

    @Requirement({"P6.2.2.1-f", "P6.2.2.1-h"})
    @Test
    void aRegistryThatComesBackEmptyTakesNobodyOutOfService() throws Exception {
        try (ZooKeeperRegistry cell = connect(Optional.empty(), Duration.ofMinutes(1));
                Registry gateway = connect(Optional.empty(), Duration.ofMinutes(1))) {
            ServiceInstance a = cell("a", 7101);
            cell.register(a, () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> missing =
                    Eventually.of(list -> list.stream().noneMatch(a::equals));
            gateway.watchInstances("cell", missing::see);
            Eventually<List<ServiceInstance>> second = Eventually.of(list -> list.size() == 2);
            gateway.watchInstances("cell", second::see);
            int port = server.port();
            server.close();
            server = startServer("other data", port);
            cell.register(cell("b", 7102), () -> true);
            second.await();
            assertThat(gateway.instances("cell")).contains(a);
            assertThat(missing.isMet()).isFalse();
            // Nor does it stay doubted: it stands in the new data, as this process's session says.
            try (CuratorFramework client = client()) {
                CompletableFuture<Void> back = new CompletableFuture<>();
                Stat again =
                        client.checkExists()
                                .usingWatcher((CuratorWatcher) _ -> back.complete(null))
                                .forPath(A);
                if (again == null) {
                    back.get(20, TimeUnit.SECONDS);
                }
                assertThat(client.checkExists().forPath(A).getEphemeralOwner())
                        .isEqualTo(cell.session());
            }
        }
    }

    @Test
    void whoNeverComesBackIsDroppedWhenTheGraceIsOver() throws Exception {
        try (Registry gateway = connect(Optional.empty(), Duration.ofMillis(100))) {
            Registry cell = connect();
            cell.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> dropped = Eventually.of(List::isEmpty);
            gateway.watchInstances("cell", dropped::see);
            int port = server.port();
            server.close();
            cell.close();
            server = startServer("other data", port);
            dropped.await();
        }
    }

    @Test
    void aLeaderThatLosesTheRegistryLeadsNoMore() throws Exception {
        try (Registry one = connect()) {
            Candidacy candidacy = one.stand("recovery", "a");
            Eventually<Boolean> leads = Eventually.of(now -> now);
            candidacy.onChange(leads::see);
            leads.await();
            Eventually<Boolean> leadsNoMore = Eventually.of(now -> !now);
            candidacy.onChange(leadsNoMore::see);
            server.close();
            leadsNoMore.await();
            assertThat(candidacy.isLeader()).isFalse();
        }
    }

    @Test
    void leavingADeadRegistryDoesNotHang() throws Exception {
        Registry one = connect();
        one.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
        server.close();
        long begin = Clock.system().nanos();
        one.close();
        assertThat(Duration.ofNanos(Clock.system().nanos() - begin))
                .isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void aDamagedSnapshotKeepsNobodyFromStarting() throws Exception {
        Path file = folder.resolve("registry.json");
        Files.writeString(file, "{\"format\":1,\"instances\":{\"cell\":[{}]}}");
        try (Registry one = connect(Optional.of(file), Duration.ZERO)) {
            assertThat(one.instances("cell")).isEmpty();
        }
    }

    private ZooKeeperRegistry connect(Optional<Path> snapshot, Duration grace) {
        return ZooKeeperRegistry.start(
                new ZooKeeperConfig(
                        server.address(),
                        snapshot,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        grace));
    }

    private static HttpServer serve() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        return server;
    }

    private CuratorFramework client() {
        CuratorFramework client =
                CuratorFrameworkFactory.newClient(
                        server.address(), 3_000, 1_000, new RetryNTimes(200, 100));
        client.start();
        return client;
    }

    /** An instance whose lease never ends. */
    private static void put(CuratorFramework client, String id, int port) throws Exception {
        client.create()
                .creatingParentsIfNeeded()
                .forPath(
                        A.substring(0, A.length() - 1) + id,
                        new RegistryEntry(cell(id, port), "life-of-" + id)
                                .toJson()
                                .getBytes(StandardCharsets.UTF_8));
    }

    private ZooKeeperServer startServer(String data, int port) throws IOException {
        return ZooKeeperServer.start(
                ZooKeeperServer.Config.alone(folder.resolve(data), "127.0.0.1", port));
    }
}

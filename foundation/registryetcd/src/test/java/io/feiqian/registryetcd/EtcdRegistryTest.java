package io.feiqian.registryetcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.WatchResponse;
import io.feiqian.registry.Document;
import io.feiqian.registry.Eventually;
import io.feiqian.registry.RegistryContract;
import io.feiqian.registry.RegistryUnavailableException;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Candidacy;
import io.feiqian.registry.spi.InstanceProbe.Answer;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.Requirement;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdRegistryTest extends RegistryContract {
    private static final EtcdKeys KEYS = EtcdKeys.of(Optional.empty());
    private static final Duration GRACE = Duration.ofSeconds(2);

    @TempDir private Path folder;
    private final List<EtcdServer> servers = new ArrayList<>();
    private int port;
    private int processes;

    @BeforeAll
    static void needsEtcd() {
        assumeTrue(EtcdServer.isThere(), EtcdServer.MISSING);
    }

    @BeforeEach
    void start() throws IOException {
        port = EtcdServer.freePorts(1)[0];
        start("data", port);
    }

    @AfterEach
    void stop() {
        servers.forEach(EtcdServer::close);
    }

    @Override
    protected Registry connect() {
        return connect(Optional.empty(), Optional.empty());
    }

    @Requirement("P6.2.2.1-i")
    @Test
    void allOfAProcessStandUnderOneLeaseAndComeBackTogether() throws Exception {
        try (EtcdRegistry one = connect(Optional.empty(), Optional.empty());
                Registry two = connect()) {
            List<Registration> all = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                all.add(one.register(cell("i" + i, 20_000 + i), () -> true));
            }
            for (Registration each : all) {
                each.registered().get(20, TimeUnit.SECONDS);
            }
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> list.size() == 150);
            two.watchInstances("cell", seen::see);
            seen.await();
            Link link = new Link();
            List<Long> leases = link.leases("cell");
            assertThat(leases).hasSize(150).allMatch(each -> each.equals(leases.getFirst()));
            long before = leases.getFirst();
            long revision = link.revision();
            link.open.revoke(before);
            link.awaitLeases("cell", 150, before);
            // One for the lost lease, three for the batches, and some for what else may happen.
            assertThat(link.revision() - revision).isLessThan(10);
            link.open.close();
            assertThat(two.instances("cell")).hasSize(150);
        }
    }

    @Requirement({"P6.2.2.1-f", "P6.2.2.1-h"})
    @Test
    void aRegistryThatComesBackEmptyTakesNobodyOutOfService() throws Exception {
        try (Registry cell = connect();
                Registry gateway = connect()) {
            cell.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> missing = Eventually.of(List::isEmpty);
            gateway.watchInstances("cell", missing::see);
            Eventually<List<ServiceInstance>> second = Eventually.of(list -> list.size() == 2);
            gateway.watchInstances("cell", second::see);
            servers.getFirst().close();
            start("other data", port);
            cell.register(cell("b", 7102), () -> true);
            second.await();
            assertThat(gateway.instances("cell")).contains(cell("a", 7101));
            assertThat(missing.isMet()).isFalse();
            Link link = new Link();
            link.awaitLeases("cell", 2, 0);
            link.open.close();
        }
    }

    @Requirement("P6.2.2.1-c")
    @Test
    void whatIsWatchedIsReadAnewWhereItsHistoryIsCompacted() throws Exception {
        try (Registry gateway = connect()) {
            publish("one", 0);
            Eventually<Document> first = Eventually.of(d -> d.version() == 1);
            gateway.watchDocument("route-map", first::see);
            first.await();
            Eventually<Document> third = Eventually.of(d -> d.version() == 3);
            gateway.watchDocument("route-map", third::see);
            servers.getFirst().close();
            // Where the gateway does not look for it, it is changed and its history is forgotten.
            int elsewhere = EtcdServer.freePorts(1)[0];
            int told = port;
            port = elsewhere;
            start("data", elsewhere);
            publish("two", 1);
            publish("three", 2);
            compact();
            servers.getLast().close();
            port = told;
            start("data", told);
            assertThat(third.await().content()).isEqualTo("three");
        }
    }

    @Test
    void withTheRegistryDownAProcessStartsAndServesWhatWasSaidLast() throws Exception {
        Optional<Path> snapshot = Optional.of(folder.resolve("registry.json"));
        try (Registry cell = connect();
                Registry gateway = connect(snapshot, Optional.empty())) {
            cell.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", seen::see);
            seen.await();
            servers.getFirst().close();
        }
        try (Registry gateway = connect(snapshot, Optional.empty())) {
            assertThat(gateway.instances("cell")).containsExactly(cell("a", 7101));
            assertThat(gateway.isConnected()).isFalse();
            Assertions.assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> gateway.fetch("route-map").get(20, TimeUnit.SECONDS))
                    .withCauseInstanceOf(RegistryUnavailableException.class);
            Eventually<List<ServiceInstance>> back =
                    Eventually.of(list -> list.contains(cell("b", 7102)));
            gateway.watchInstances("cell", back::see);
            start("data", port);
            try (Registry cell = connect()) {
                cell.register(cell("b", 7102), () -> true);
                back.await();
            }
        }
    }

    @Test
    void whoLeavesIsBelievedAndNotAsked() throws Exception {
        try (Registry cell = connect();
                Registry gateway =
                        EtcdRegistry.start(
                                EtcdConfig.of(address(), "gateway", folder.resolve("gateway.json")),
                                (_, _) -> CompletableFuture.completedFuture(Answer.ALIVE))) {
            Registration leaving = cell.register(cell("a", 7101), () -> true);
            leaving.registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> gone = Eventually.of(List::isEmpty);
            gateway.watchInstances("cell", gone::see);
            leaving.close();
            gone.await();
        }
    }

    @Requirement("P6.2.2.1-d")
    @Test
    void whoDiesIsGoneWithItsLease() throws Exception {
        HttpServer lives =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (Registry gateway = connect()) {
            lives.start();
            Link dying = new Link();
            long lease = dying.open.grant(Duration.ofSeconds(2)).getID();
            HeldKeys held = new HeldKeys();
            ServiceInstance a = cell("a", lives.getAddress().getPort());
            held.add(
                    new HeldKeys.Held(
                            KEYS.instance("cell", "a"),
                            new io.feiqian.registry.RegistryEntry(a, "1").toJson(),
                            () -> {}));
            assertThat(held.settle(dying.open, lease)).isFalse();
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            gateway.watchInstances("cell", there::see);
            there.await();
            Eventually<List<ServiceInstance>> gone = Eventually.of(List::isEmpty);
            gateway.watchInstances("cell", gone::see);
            lives.stop(0);
            dying.open.close();
            gone.await();
        } finally {
            lives.stop(0);
        }
    }

    @Test
    void whoLeavesWhileTheRegistryIsAwayIsOutWhenItIsBack() throws Exception {
        try (Registry cell = connect();
                Registry gateway = connect()) {
            Registration leaving = cell.register(cell("a", 7101), () -> true);
            leaving.registered().get(20, TimeUnit.SECONDS);
            cell.register(cell("b", 7102), () -> true).registered().get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> both = Eventually.of(list -> list.size() == 2);
            gateway.watchInstances("cell", both::see);
            both.await();
            servers.getFirst().close();
            leaving.close();
            assertThat(gateway.instances("cell")).hasSize(2);
            Eventually<List<ServiceInstance>> out =
                    Eventually.of(list -> list.equals(List.of(cell("b", 7102))));
            gateway.watchInstances("cell", out::see);
            start("data", port);
            out.await();
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
            servers.getFirst().close();
            leadsNoMore.await();
            assertThat(candidacy.isLeader()).isFalse();
        }
    }

    @Requirement("P6.2.2.1-j")
    @Test
    void tenantsSeeNothingOfEachOther() throws Exception {
        try (Registry red = connect(Optional.empty(), Optional.of("red"));
                Registry blue = connect(Optional.empty(), Optional.of("blue"));
                Registry late = connect(Optional.empty(), Optional.of("blue"))) {
            red.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            blue.register(cell("b", 7102), () -> true).registered().get(20, TimeUnit.SECONDS);
            red.publish("d", 0, "red").get(20, TimeUnit.SECONDS);
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> !list.isEmpty());
            late.watchInstances("cell", seen::see);
            assertThat(seen.await()).containsExactly(cell("b", 7102));
            assertThat(late.fetch("d").get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Requirement({"P6.2.2.4-a", "P6.2.2.4-b"})
    @Test
    void whoWatchesIsListedAndOnlyWhoWatches() throws Exception {
        try (Registry one = connect();
                Registry two = connect()) {
            Eventually<List<ServiceInstance>> empty = Eventually.of(List::isEmpty);
            one.watchInstances("cell", empty::see);
            // What a process asks comes after what it wrote.
            one.register(cell("a", 7101), () -> true).registered().get(20, TimeUnit.SECONDS);
            assertThat(two.subscribers("cell").get(20, TimeUnit.SECONDS))
                    .containsExactly("process-1");
            assertThat(two.subscribers("gateway").get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Requirement({"P6.2.2.3-b", "P6.2.2.4-c"})
    @Test
    void etcdItselfRefusesNamesThatAUserMayNotUse() throws Exception {
        EtcdConfig.Login payments = new EtcdConfig.Login("payments", "secret of payments");
        try (Registry first = connect();
                EtcdPermissions permissions = new EtcdPermissions(address(), Optional.empty())) {
            first.register(instance("accounts", "x"), () -> true)
                    .registered()
                    .get(20, TimeUnit.SECONDS);
            permissions.add(payments, Set.of("payments"), Set.of("accounts"), Map.of());
            permissions.enable(new EtcdConfig.Login("root", "secret of root"));
        }
        try (Registry allowed = connect(payments);
                Registry second = connect(payments)) {
            Eventually<List<ServiceInstance>> seen = Eventually.of(list -> !list.isEmpty());
            second.watchInstances("payments", seen::see);
            // It asks for both at once: what is refused keeps out nothing that is allowed.
            CompletableFuture<Void> refused =
                    allowed.register(instance("salaries", "a"), () -> true).registered();
            allowed.register(instance("payments", "a"), () -> true)
                    .registered()
                    .get(20, TimeUnit.SECONDS);
            assertThat(seen.await()).containsExactly(instance("payments", "a"));
            // Nor does it hold up what comes later.
            allowed.register(instance("payments", "b"), () -> true)
                    .registered()
                    .get(5, TimeUnit.SECONDS);
            assertThat(refused).isNotDone();
            Assertions.assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> allowed.subscribers("salaries").get(20, TimeUnit.SECONDS))
                    .withStackTraceContaining("permission denied");
        }
        try (Registry stranger = connect()) {
            Assertions.assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> stranger.subscribers("accounts").get(20, TimeUnit.SECONDS));
            assertThat(stranger.instances("accounts")).isEmpty();
        }
    }

    private static ServiceInstance instance(String role, String id) {
        return new ServiceInstance(role, Optional.empty(), id, "127.0.0.1", 7101, Map.of());
    }

    private String address() {
        return "127.0.0.1:" + port;
    }

    private EtcdRegistry connect(EtcdConfig.Login login) {
        return EtcdRegistry.start(
                new EtcdConfig(
                        address(),
                        "process",
                        Optional.empty(),
                        Optional.of(login),
                        Optional.empty(),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(3),
                        GRACE));
    }

    private EtcdRegistry connect(Optional<Path> snapshot, Optional<String> tenant) {
        processes++;
        return EtcdRegistry.start(
                new EtcdConfig(
                        "127.0.0.1:" + port,
                        "process-" + processes,
                        tenant,
                        Optional.empty(),
                        snapshot,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(3),
                        GRACE));
    }

    private void publish(String content, long expected) throws Exception {
        try (Registry one = connect()) {
            one.publish("route-map", expected, content).get(20, TimeUnit.SECONDS);
        }
    }

    private void compact() {
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget("dns:///127.0.0.1:" + port).usePlaintext().build();
        try {
            KVGrpc.KVBlockingStub keys = KVGrpc.newBlockingStub(channel);
            long revision =
                    keys.range(
                                    io.etcd.jetcd.api.RangeRequest.newBuilder()
                                            .setKey(ByteString.copyFromUtf8("x"))
                                            .build())
                            .getHeader()
                            .getRevision();
            var _ =
                    keys.compact(
                            CompactionRequest.newBuilder()
                                    .setRevision(revision)
                                    .setPhysical(true)
                                    .build());
        } finally {
            channel.shutdownNow();
        }
    }

    private void start(String data, int at) throws IOException {
        servers.add(EtcdServer.start(folder.resolve(data).resolve("etcd"), at));
    }

    /** A connection of the test's own. */
    private final class Link implements EtcdLink.Listener {
        private final Eventually<Boolean> enough = Eventually.of(each -> each);
        private final EtcdLink open =
                new EtcdLink("127.0.0.1:" + port, Optional.empty(), Optional.empty(), this);
        private String role = "";
        private int count;
        private long not;

        List<Long> leases(String of) {
            return open.range(KEYS.role(of), EtcdKeys.end(KEYS.role(of))).getKvsList().stream()
                    .map(KeyValue::getLease)
                    .toList();
        }

        long revision() {
            return open.range(KEYS.role("cell"), ByteString.EMPTY).getHeader().getRevision();
        }

        /** Waits until there are so many keys, none of them under this lease. */
        void awaitLeases(String of, int many, long otherThan) throws Exception {
            role = of;
            count = many;
            not = otherThan;
            open.watch(KEYS.role(of), EtcdKeys.end(KEYS.role(of)), 0);
            enough.await();
        }

        @Override
        public void watched(WatchResponse response, Runnable handled) {
            handled.run();
            Thread.ofVirtual()
                    .start(() -> {
                        List<Long> now = leases(role);
                        enough.see(now.size() == count && !now.contains(not));
                    });
        }

        @Override
        public void renewed(long lease, long seconds) {}

        @Override
        public void broken(Throwable why) {}
    }
}

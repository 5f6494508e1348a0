package io.feiqian.registryetcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.registry.Document;
import io.feiqian.registry.Eventually;
import io.feiqian.registry.Publication;
import io.feiqian.registry.RegistryUnavailableException;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members of etcd, of which one dies: the one that the processes are connected to. */
@Timeout(120)
class EtcdClusterTest {
    private static final int MEMBERS = 3;

    @TempDir private Path folder;
    private final List<EtcdServer> servers = new ArrayList<>();
    private String addresses = "";

    @BeforeAll
    static void needsEtcd() {
        assumeTrue(EtcdServer.isThere(), EtcdServer.MISSING);
    }

    @BeforeEach
    void start() throws IOException {
        int[] free = EtcdServer.freePorts(2 * MEMBERS);
        int[] ports = Arrays.copyOf(free, MEMBERS);
        int[] peers = Arrays.copyOfRange(free, MEMBERS, 2 * MEMBERS);
        for (int i = 0; i < MEMBERS; i++) {
            servers.add(
                    EtcdServer.member(folder.resolve("m" + i).resolve("etcd"), i, ports, peers));
        }
        addresses = servers.stream().map(EtcdServer::address).collect(Collectors.joining(","));
    }

    @AfterEach
    void stop() {
        servers.forEach(EtcdServer::close);
    }

    @Requirement({"P6.2.2.1-e", "P6.2.2.1-h"})
    @Test
    void ofThreeMembersOneMayDieAndNothingIsLost() throws Exception {
        try (Registry provider = connect("provider");
                Registry watcher = connect("watcher")) {
            assertThat(provider.isConnected()).isTrue();
            provider.register(instance("a"), () -> true).registered().get(30, TimeUnit.SECONDS);
            assertThat(publish(provider, 0, "one")).isInstanceOf(Publication.Published.class);
            Eventually<List<ServiceInstance>> there = Eventually.of(list -> !list.isEmpty());
            watcher.watchInstances("payments", there::see);
            there.await();
            Eventually<List<ServiceInstance>> missing =
                    Eventually.of(list -> !list.contains(instance("a")));
            watcher.watchInstances("payments", missing::see);
            Eventually<List<ServiceInstance>> both = Eventually.of(list -> list.size() == 2);
            watcher.watchInstances("payments", both::see);
            Eventually<Document> changed = Eventually.of(document -> document.version() == 2);
            watcher.watchDocument("rules", changed::see);

            // Everybody is connected to the first.
            servers.getFirst().close();

            publishUntilAnswered(provider);
            provider.register(instance("b"), () -> true).registered().get(30, TimeUnit.SECONDS);
            both.await();
            assertThat(changed.await().content()).isEqualTo("two");
            assertThat(missing.isMet()).isFalse();
            // And what was there is still there for somebody new, who never knew the first.
            try (Registry late = connect("late")) {
                Eventually<List<ServiceInstance>> seen = Eventually.of(list -> list.size() == 2);
                late.watchInstances("payments", seen::see);
                seen.await();
            }
        }
    }

    /** What the dead member was asked may have been done, or not: asking again tells. */
    private static void publishUntilAnswered(Registry registry) throws Exception {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            try {
                publish(registry, 1, "two");
                return;
            } catch (ExecutionException unavailable) {
                assertThat(unavailable).hasCauseInstanceOf(RegistryUnavailableException.class);
                Eventually<Boolean> back = Eventually.of(leads -> leads);
                try (var standing = registry.stand("again-" + attempt, "me")) {
                    standing.onChange(back::see);
                    back.await();
                }
            }
        }
        throw new AssertionError("two of three members never answered");
    }

    private static Publication publish(Registry registry, long version, String text)
            throws Exception {
        return registry.publish("rules", version, text).get(30, TimeUnit.SECONDS);
    }

    private static ServiceInstance instance(String id) {
        return new ServiceInstance(
                "payments", Optional.empty(), id, "127.0.0.1", 7_100 + id.charAt(0), Map.of());
    }

    private Registry connect(String process) {
        return EtcdRegistry.start(
                new EtcdConfig(
                        addresses,
                        process,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2)));
    }
}

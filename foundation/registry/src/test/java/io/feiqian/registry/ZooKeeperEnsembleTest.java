package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.ZooKeeperServer.Config;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ZooKeeperEnsembleTest {
    private final Path folder;

    ZooKeeperEnsembleTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Requirement("P6.2.2.1-e")
    @Test
    void ofThreeMembersOneMayDie() throws Exception {
        int[] ports = freePorts(9);
        Map<Integer, String> members = new TreeMap<>();
        List<String> clients = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            members.put(n, "127.0.0.1:" + ports[n - 1] + ":" + ports[n + 2]);
            clients.add("127.0.0.1:" + ports[n + 5]);
        }
        List<ZooKeeperServer> servers = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            servers.add(
                    ZooKeeperServer.start(
                            new Config(
                                    folder.resolve("member-" + n),
                                    "127.0.0.1",
                                    ports[n + 5],
                                    n,
                                    new TreeMap<>(members))));
        }
        try (ZooKeeperRegistry registry =
                ZooKeeperRegistry.start(
                        new ZooKeeperConfig(
                                String.join(",", clients),
                                Optional.empty(),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(10),
                                Duration.ZERO))) {
            assertThat(registry.isConnected()).isTrue();
            assertThat(publish(registry, 0)).isInstanceOf(Publication.Published.class);
            // The last one started leads: the highest number wins among equals.
            servers.get(2).close();
            CompletableFuture<Document> changed = new CompletableFuture<>();
            registry.watchDocument(
                    "d",
                    document -> {
                        if (document.version() > 1) {
                            changed.complete(document);
                        }
                    });
            publishUntilAnswered(registry);
            assertThat(changed.get(60, TimeUnit.SECONDS).version()).isEqualTo(2);
        } finally {
            servers.forEach(ZooKeeperServer::close);
        }
    }

    @Test
    void anEnsembleThatCannotOutliveAMemberIsRefused() {
        TreeMap<Integer, String> two = new TreeMap<>(Map.of(1, "a:1:2", 2, "b:1:2"));
        TreeMap<Integer, String> three = new TreeMap<>(two);
        three.put(3, "c:1:2");
        for (Runnable each :
                List.<Runnable>of(
                        () -> new Config(folder, "h", 1, 1, two),
                        () -> new Config(folder, "h", 1, 4, three),
                        () -> new Config(folder, "h", 1, 0, three),
                        () -> new Config(folder, "h", 1, 1, new TreeMap<>()))) {
            Assertions.assertThatIllegalArgumentException().isThrownBy(each::run);
        }
    }

    /** A publication that the lost leader may or may not have made: the next one tells. */
    private static void publishUntilAnswered(ZooKeeperRegistry registry) throws Exception {
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                publish(registry, 1);
                return;
            } catch (ExecutionException unavailable) {
                assertThat(unavailable).hasCauseInstanceOf(RegistryUnavailableException.class);
                registry.awaitConnection(Duration.ofSeconds(1));
            }
        }
        throw new AssertionError("two of three members never answered");
    }

    private static Publication publish(ZooKeeperRegistry registry, long version) throws Exception {
        return registry.publish("d", version, "x").get(60, TimeUnit.SECONDS);
    }

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            for (ServerSocket each : held) {
                each.close();
            }
        }
    }
}

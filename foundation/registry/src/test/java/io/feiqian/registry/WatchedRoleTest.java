package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.CellId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When an instance that is missing from a list has left, and when the registry forgot it. */
@Timeout(60)
class WatchedRoleTest {
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final ServiceInstance A =
            ServiceInstance.of(new CellId(1), "a", "127.0.0.1", 7101);
    private static final String NODE = ZooKeeperRegistry.ROOT + "/services/cell/a";

    private final Path folder;
    private final ManualTimer timer = new ManualTimer(new SettableClock(Instant.EPOCH));
    private final ZooKeeperWorker worker = new ZooKeeperWorker(timer);
    private final LastKnown known = new LastKnown(SnapshotFile.Content.EMPTY, _ -> {});
    private final CuratorFramework client;
    private final WatchedRole role;
    private ZooKeeperServer server;

    WatchedRoleTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.server = startServer("data", 0);
        this.client =
                CuratorFrameworkFactory.newClient(
                        server.address(), 3_000, 1_000, new RetryNTimes(200, 100));
        this.role = new WatchedRole("cell", GRACE, client, worker, timer, known);
    }

    @BeforeEach
    void registerOne() throws Exception {
        client.start();
        worker.connected(true);
        byte[] data = RegistryJson.write(A).toString().getBytes(StandardCharsets.UTF_8);
        client.create().creatingParentsIfNeeded().forPath(NODE, data);
        run(role::refresh);
        assertThat(known.instances("cell")).containsExactly(A);
    }

    @AfterEach
    void stop() {
        worker.close();
        client.close();
        server.close();
    }

    @Test
    void whoIsMissingWhileTheConnectionHoldsHasLeft() throws Exception {
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(known.instances("cell")).isEmpty();
    }

    @Test
    void aReadThatIsAnsweredByARegistryWithoutItsDataProvesNothing() throws Exception {
        int port = server.port();
        server.close();
        server = startServer("other data", port);
        // It begins in the lost session, as nobody has told the role of the loss.
        run(role::refresh);

        assertThat(known.instances("cell")).containsExactly(A);
    }

    @Test
    void whoIsMissingAfterACutIsKeptUntilTheGraceIsOver() throws Exception {
        role.cut();
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(known.instances("cell")).containsExactly(A);
        assertThat(afterGrace()).isEmpty();
    }

    @Test
    void whoVanishesSoonAfterAGapIsKeptUntilTheGraceIsOver() throws Exception {
        run(role::refreshAfterGap);
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(known.instances("cell")).containsExactly(A);
        assertThat(afterGrace()).isEmpty();
    }

    @Test
    void whoVanishesLongAfterAGapHasLeft() throws Exception {
        run(role::refreshAfterGap);
        assertThat(afterGrace()).containsExactly(A);
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(known.instances("cell")).isEmpty();
    }

    private List<ServiceInstance> afterGrace() throws Exception {
        timer.advance(GRACE);
        // The worker's tasks come in order: the timer's is done when this one is.
        run(() -> {});
        return known.instances("cell");
    }

    private void run(ZooKeeperWorker.Step step) throws Exception {
        worker.ask(
                        "run a step of the test",
                        () -> {
                            step.run();
                            return true;
                        })
                .get(40, TimeUnit.SECONDS);
    }

    private ZooKeeperServer startServer(String data, int port) throws IOException {
        return ZooKeeperServer.start(
                ZooKeeperServer.Config.alone(folder.resolve(data), "127.0.0.1", port));
    }
}

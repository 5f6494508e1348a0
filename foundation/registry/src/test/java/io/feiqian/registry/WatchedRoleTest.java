package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.spi.InstanceProbe.Answer;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.CellId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When an instance that is missing from what ZooKeeper lists is asked, and when it is gone. */
@Timeout(60)
class WatchedRoleTest {
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** Time enough for two questions, with their pauses. */
    private static final Duration ASKED = Duration.ofSeconds(3);

    private static final ServiceInstance A =
            ServiceInstance.of(new CellId(1), "a", "127.0.0.1", 7101);
    private static final ZooKeeperPaths PATHS = ZooKeeperPaths.DEFAULT;
    private static final String NODE = PATHS.instance("cell", "a");

    private final Path folder;
    private final SettableClock clock = new SettableClock(Instant.EPOCH);
    private final ManualTimer timer = new ManualTimer(clock);
    private final ZooKeeperWorker worker = new ZooKeeperWorker(timer);
    private final RegistryMemory memory =
            RegistryMemory.open(
                    Optional.empty(),
                    (_, _) -> CompletableFuture.completedFuture(Answer.REFUSED),
                    timer,
                    clock,
                    Randomness.seeded(7));
    private final CuratorFramework client;
    private final WatchedRole role;
    private ZooKeeperServer server;

    WatchedRoleTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.server = startServer("data", 0);
        this.client =
                CuratorFrameworkFactory.newClient(
                        server.address(), 3_000, 1_000, new RetryNTimes(200, 100));
        this.role = new WatchedRole("cell", PATHS, GRACE, client, worker, timer, clock, memory);
    }

    @BeforeEach
    void registerOne() throws Exception {
        client.start();
        worker.connected(true);
        byte[] data = new RegistryEntry(A, "1").toJson().getBytes(StandardCharsets.UTF_8);
        client.create().creatingParentsIfNeeded().forPath(NODE, data);
        run(role::refresh);
        assertThat(memory.instances("cell")).containsExactly(A);
    }

    @AfterEach
    void stop() {
        worker.close();
        client.close();
        server.close();
    }

    @Test
    void whoIsMissingIsServedUntilItWasAsked() throws Exception {
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(memory.instances("cell")).containsExactly(A);
        assertThat(after(ASKED)).isEmpty();
    }

    @Test
    void whoLeftANoteIsGoneAtOnce() throws Exception {
        note("1");
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(memory.instances("cell")).isEmpty();
    }

    @Test
    void theNoteOfAnEarlierLifeProvesNothing() throws Exception {
        note("0");
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(memory.instances("cell")).containsExactly(A);
    }

    @Test
    void aReadThatIsAnsweredByARegistryWithoutItsDataProvesNothing() throws Exception {
        int port = server.port();
        server.close();
        server = startServer("other data", port);
        // It begins in the lost session, as nobody has told the role of the loss.
        run(role::refresh);

        assertThat(memory.instances("cell")).containsExactly(A);
    }

    @Test
    void soonAfterAGapTheMissingAreLeftTimeToRegisterAgain() throws Exception {
        run(role::refreshAfterGap);
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(after(GRACE.minusMillis(1))).containsExactly(A);
        assertThat(after(ASKED)).isEmpty();
    }

    @Test
    void whoVanishesLongAfterAGapIsAskedSoon() throws Exception {
        run(role::refreshAfterGap);
        assertThat(after(GRACE)).containsExactly(A);
        client.delete().forPath(NODE);
        run(role::refresh);

        assertThat(after(ASKED)).isEmpty();
    }

    private void note(String life) throws Exception {
        client.create()
                .creatingParentsIfNeeded()
                .forPath(PATHS.departure("cell", "a"), life.getBytes(StandardCharsets.UTF_8));
    }

    private List<ServiceInstance> after(Duration time) throws Exception {
        // In steps, so that what is done later sees the time at which it is done.
        for (long left = time.toMillis(); left > 0; left -= 100) {
            timer.advance(Duration.ofMillis(Math.min(100, left)));
        }
        // The worker's tasks come in order: the timer's is done when this one is.
        run(() -> {});
        return memory.instances("cell");
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

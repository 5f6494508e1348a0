package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.ZooKeeperServer;
import io.feiqian.registry.spi.Registry;
import io.feiqian.routing.RegisteredRoutes;
import io.feiqian.routing.Route;
import io.feiqian.routing.RouteHistory;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SlotRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the processes of a system learn of each other through the registry. */
@Timeout(60)
class SystemViewTest {
    private static final RouteMap FIRST = RouteMap.evenly(3);
    private static final RouteMap SECOND =
            FIRST.with(Route.open(SlotRange.of(0, 99), new CellId(3), Epoch.FIRST.next()));

    private static final RouteMap THIRD =
            SECOND.with(Route.open(SlotRange.of(50, 59), new CellId(2), Epoch.FIRST.next().next()));

    private static final RouteHistory.Order ORDER = new RouteHistory.Order("tester", "a test", 1);

    /** A gateway and two instances of each of three cells. */
    private static final int PROCESSES = 7;

    /** What the documentation promises. */
    private static final Duration BOUND = Duration.ofSeconds(2);

    @TempDir private Path folder;
    private final StopInOrder open = new StopInOrder();
    private String address = "";

    @BeforeEach
    void start() throws Exception {
        int port = Ports.free(1, 1).registry();
        open.add(
                ZooKeeperServer.start(
                        ZooKeeperServer.Config.alone(folder.resolve("zk"), "127.0.0.1", port)));
        address = "127.0.0.1:" + port;
    }

    @AfterEach
    void stop() {
        open.close();
    }

    @Requirement("D5.4-f")
    @Test
    void aNewRouteMapReachesEveryProcessWithinTwoSeconds() throws Exception {
        List<SystemView> processes = new ArrayList<>();
        CountDownLatch connected = new CountDownLatch(PROCESSES);
        CountDownLatch informed = new CountDownLatch(PROCESSES);
        for (int i = 0; i < PROCESSES; i++) {
            SystemView process = view("process-" + i, FIRST);
            process.routes()
                    .onChange(map -> {
                        if (map.equals(SECOND)) {
                            connected.countDown();
                        } else if (map.equals(THIRD)) {
                            informed.countDown();
                        }
                    });
            processes.add(process);
        }
        // The first change shows that everybody listens; the second one counts.
        Registry operator = operator();
        publish(operator, SECOND);
        assertThat(connected.await(40, TimeUnit.SECONDS)).isTrue();

        publish(operator, THIRD);

        assertThat(informed.await(BOUND.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        assertThat(processes)
                .allSatisfy(each -> assertThat(each.routes().current()).isEqualTo(THIRD));
    }

    private Registry operator() throws Exception {
        return open.add(
                ZooKeeperRegistry.start(
                        new ZooKeeperConfig(
                                address,
                                Optional.empty(),
                                Duration.ofSeconds(40),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(15))));
    }

    private static void publish(Registry registry, RouteMap map) throws Exception {
        assertThat(RegisteredRoutes.publish(registry, map, ORDER).get(40, TimeUnit.SECONDS))
                .isEqualTo(map);
    }

    private SystemView view(String name, RouteMap fallback) throws Exception {
        Path file = folder.resolve(name + "-route-map.json");
        Files.writeString(file, fallback.toJson());
        return open.add(
                SystemView.open(
                        address, name, folder.resolve(name + "-snapshot"), file, List.of()));
    }
}

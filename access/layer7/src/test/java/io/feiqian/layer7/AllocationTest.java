package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.feiqian.balancing.Place;
import io.feiqian.proxy.MapCells;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.routing.SlotRule;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A request leaves little for the collector, or its pauses become what clients wait for. Counted on
 * the event loops, over some thousand requests, without Netty's search for leaks.
 */
class AllocationTest {
    private static final int WARM = 6_000;
    private static final int REQUESTS = 4_000;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private final Shop one = new Shop("one");
    private final Shop two = new Shop("two");
    private final Routes routes = new Routes(RouteMap.evenly(2));
    private final Timer timer = Timer.system("cells");
    private final CellSteering steering =
            new CellSteering(
                    new MapCells(routes, SlotRule.hash(), Optional.empty()),
                    routes,
                    Place.UNKNOWN,
                    FlowIdentifiers.ofOwnKey(Clock.system(), Randomness.seeded(1)),
                    Clock.system(),
                    timer,
                    Randomness.shared(3),
                    new SimpleMeterRegistry(),
                    100);
    private final Door door = new Door(config(), parts -> parts.withCells(steering));

    @AfterEach
    void stop() {
        ResourceLeakDetector.setLevel(level);
        door.close();
        steering.close();
        timer.close();
        one.close();
        two.close();
    }

    @Test
    void aRequestThatPassesLeavesLittle() {
        assertThat(bytesPerRequest("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")).isLessThan(400);
    }

    @Test
    void aRequestWhoseCellIsFoundLeavesLittle() {
        assertThat(
                        bytesPerRequest(
                                "POST /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n"
                                        + "{\"slot\":\"0042\"}"))
                .isLessThan(1_000);
    }

    private long bytesPerRequest(String request) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
                Wire wire = new Wire(socket)) {
            send(wire, request, WARM);
            long before = allocated();
            send(wire, request, REQUESTS);
            return (allocated() - before) / REQUESTS;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void send(Wire wire, String request, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            wire.send(request);
            assertThat(wire.read(true).first()).contains("200");
        }
    }

    /** What all event loops of this process have allocated. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(each -> each != null && each.getThreadName().startsWith("gateway-"))
                .mapToLong(each -> threads.getThreadAllocatedBytes(each.getThreadId()))
                .sum();
    }

    private ProxyConfig config() {
        return ProxyConfig.type()
                .parse(
                        """
                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                         "pools": [{"name": "bank", "backends": [
                            {"address": "127.0.0.1:%d", "cell": "cell-1"},
                            {"address": "127.0.0.1:%d", "cell": "cell-2"}]}],
                         "routes": [
                            {"name": "plain", "path": "/plain", "pool": "bank"},
                            {"name": "pay", "path": "/pay", "pool": "bank",
                             "cell": {"keys": [{"from": "JSON", "at": "/slot", "as": "SLOT"}]}}]}
                        """
                                .formatted(one.port(), two.port()));
    }
}

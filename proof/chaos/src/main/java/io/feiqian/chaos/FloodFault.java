package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A flood of connections from two addresses, and how good clients fare beside it: they may wait no
 * more than twice as long as in the quiet times just before and after, the worse of which counts,
 * since machines have other things to do.
 */
final class FloodFault {
    private static final Duration LENGTH = Duration.ofSeconds(5);
    private static final Duration SETTLING = Duration.ofSeconds(2);
    private static final List<Byte> FROM = List.of((byte) 66, (byte) 67);
    private static final double MOST_TIMES = 2;

    /** Below these, in milliseconds, one cannot tell twice from the machine's own noise. */
    private static final double NOISE_MEDIAN = 2;

    private static final double NOISE_P99 = 20;
    private static final long FEWEST = 100;

    private final WayIn wayIn;
    private final Clock clock;
    private final Timer timer;
    private final List<String> notes = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();

    FloodFault(WayIn wayIn, Clock clock, Timer timer) {
        this.wayIn = wayIn;
        this.clock = clock;
        this.timer = timer;
    }

    List<String> notes() {
        return notes;
    }

    List<String> findings() {
        return findings;
    }

    void happen() throws InterruptedException, IOException {
        timer.pause(SETTLING);
        LatencyWindow.Seen _ = wayIn.latencies().take();
        timer.pause(LENGTH);
        LatencyWindow.Seen before = wayIn.latencies().take();
        List<ConnectionFlood> floods = flood();
        LatencyWindow.Seen flooded = wayIn.latencies().take();
        timer.pause(SETTLING);
        LatencyWindow.Seen _ = wayIn.latencies().take();
        timer.pause(LENGTH);
        LatencyWindow.Seen after = wayIn.latencies().take();
        LatencyWindow.Seen quiet = before.worse(after);
        long opened = floods.stream().mapToLong(ConnectionFlood::opened).sum();
        long closed = floods.stream().mapToLong(ConnectionFlood::closedOnUs).sum();
        int held = floods.stream().mapToInt(ConnectionFlood::mostHeld).max().orElse(0);
        notes.add(
                "flood: %d connections, %d turned away, one address had %d at most; quiet %s; flooded %s"
                        .formatted(opened, closed, held, quiet, flooded));
        judge(quiet, flooded, opened, held);
    }

    private List<ConnectionFlood> flood() throws InterruptedException, IOException {
        List<ConnectionFlood> floods = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (byte from : FROM) {
                ConnectionFlood flood =
                        new ConnectionFlood(
                                InetAddress.getByAddress(new byte[] {127, 0, 0, from}),
                                wayIn.gateway().ports().http(),
                                GatewayDocuments.MOST_PER_CLIENT,
                                GatewayDocuments.PER_SECOND_PER_CLIENT,
                                clock,
                                timer);
                floods.add(flood);
                threads.execute(() -> run(flood));
            }
            threads.shutdown();
            if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
                findings.add("flood: did not end within a minute");
            }
        }
        return floods;
    }

    private static void run(ConnectionFlood flood) {
        try {
            flood.run(LENGTH);
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private void judge(
            LatencyWindow.Seen quiet, LatencyWindow.Seen flooded, long opened, int held) {
        long wanted = FROM.size() * LENGTH.toSeconds() * GatewayDocuments.PER_SECOND_PER_CLIENT * 5;
        if (opened < wanted || quiet.count() < FEWEST || flooded.count() < FEWEST) {
            findings.add(
                    "void: a flood of %d connections (expected: %d) with %d and %d good requests (expected: %d)"
                            .formatted(opened, wanted, quiet.count(), flooded.count(), FEWEST));
        }
        // What is turned away is seen a moment later, and counted until then.
        int most = GatewayDocuments.MOST_PER_CLIENT + GatewayDocuments.PER_SECOND_PER_CLIENT;
        if (held > most) {
            findings.add(
                    "flood: one address had %d connections (expected: at most %d)"
                            .formatted(held, most));
        }
        requireWithin("median", quiet.median(), flooded.median(), NOISE_MEDIAN);
        requireWithin("p99", quiet.p99(), flooded.p99(), NOISE_P99);
    }

    private void requireWithin(String what, double quiet, double flooded, double noise) {
        double most = Math.max(noise, MOST_TIMES * quiet);
        if (flooded > most) {
            findings.add(
                    "flood: good clients' %s was %.2f ms (expected: at most %.2f, usual is %.2f)"
                            .formatted(what, flooded, most, quiet));
        }
    }
}

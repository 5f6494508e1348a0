package io.feiqian.chaos;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gateway under load and faults. Always: nothing is sent twice that is not safe, nobody gets
 * another's answer, a GET fails only where no healthy backend is, and refusals have their codes.
 */
final class GatewayChaos {
    private static final long FEWEST_PER_SECOND = 50;
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration WARMING = Duration.ofSeconds(2);
    private static final Duration SETTLING = Duration.ofSeconds(45);
    private static final long MOST_RESIDENT = 256L << 20;
    private static final long MOST_MORE_HEAP = 24L << 20;
    private static final long MOST_MORE_SOCKETS = 8;
    private static final Pattern PAUSE = Pattern.compile("Pause.* ([0-9.]+)ms$");

    private final Duration length;
    private final long seed;
    private final List<FaultKind> kinds;
    private final Consumer<String> report;
    private final Clock clock;
    private final Timer timer;

    GatewayChaos(
            Duration length,
            long seed,
            List<FaultKind> kinds,
            Consumer<String> report,
            Clock clock,
            Timer timer) {
        this.length = length;
        this.seed = seed;
        this.kinds = List.copyOf(kinds);
        this.report = report;
        this.clock = clock;
        this.timer = timer;
    }

    /** Runs our own gateway in this folder, which is new. */
    GatewayReport run(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        return run(folder, (ports, behind) -> new FeiqianGateway(folder, ports, behind, clock));
    }

    /** Runs any gateway in this folder. */
    GatewayReport run(Path folder, WayIn.Maker maker) throws IOException, InterruptedException {
        try (WayIn wayIn = new WayIn(maker, clock, timer)) {
            String version = begin(wayIn, folder);
            GatewayFacts before = GatewayFacts.of(wayIn.gateway().pid());
            List<Fault> schedule = FaultSchedule.of(seed, length, kinds);
            report.accept(
                    "gateway: %d backends; %d faults planned"
                            .formatted(wayIn.backends().size(), schedule.size()));
            GatewayFaults faults =
                    new GatewayFaults(wayIn, schedule, version, report, clock, timer);
            long begun = clock.nanos();
            load(wayIn, faults);
            double seconds = (clock.nanos() - begun) / 1e9;
            return count(wayIn, faults, before, seconds, folder);
        }
    }

    private String begin(WayIn wayIn, Path folder) throws IOException, InterruptedException {
        String version = Integer.toString(wayIn.gateway().publish());
        wayIn.gateway().start();
        if (!wayIn.await(
                START,
                () -> wayIn.version().filter(version::equals).isPresent() && wayIn.serves())) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "the gateway did not serve version %s within %d seconds (it said: %s)"
                            .formatted(
                                    version, START.toSeconds(), wayIn.version().orElse("nothing")),
                    "Its log is in " + folder + ".");
        }
        return version;
    }

    private void load(WayIn wayIn, GatewayFaults faults) throws InterruptedException {
        Deadline end = Deadline.after(length, clock);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            wayIn.load(seed, threads);
            timer.pause(WARMING);
            faults.run();
            if (!end.isExpired()) {
                timer.pause(end.remaining());
            }
        } finally {
            threads.shutdownNow();
            threads.close();
        }
    }

    private GatewayReport count(
            WayIn wayIn, GatewayFaults faults, GatewayFacts before, double seconds, Path folder)
            throws IOException, InterruptedException {
        List<String> findings = new ArrayList<>(faults.failures());
        faults.happened()
                .forEach((kind, times) -> {
                    if (times == 0) {
                        findings.add("void: " + kind + " never happened");
                    }
                });
        findings.addAll(wayIn.ledger().findings());
        long wanted = (long) (FEWEST_PER_SECOND * seconds);
        if (wayIn.ledger().good() < wanted) {
            findings.add(
                    "void: %d requests were served (expected: %d)"
                            .formatted(wayIn.ledger().good(), wanted));
        }
        requireEchoes(wayIn.echoes(), findings);
        List<String> notes = new ArrayList<>(faults.notes());
        requireReturned(wayIn, before, notes, findings);
        notes.add("longest pause of its collector: %.1f ms".formatted(longestPause(folder)));
        return new GatewayReport(
                seconds,
                faults.happened(),
                wayIn.ledger().counts(),
                counts(wayIn.echoes()),
                notes,
                findings);
    }

    private static Map<String, Long> counts(WayInEchoes echoes) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("lines echoed", echoes.echoes.sum());
        counts.put("connections ended in a fault", echoes.failedExplained.sum());
        counts.put("datagrams echoed", echoes.datagrams.sum());
        counts.put("datagrams lost in a fault", echoes.datagramsLostExplained.sum());
        counts.put("datagrams lost", echoes.datagramsLost.sum());
        return counts;
    }

    private static void requireEchoes(WayInEchoes echoes, List<String> findings) {
        if (echoes.strange.sum() > 0) {
            findings.add(
                    echoes.strange.sum() + " lines or datagrams came back as others' or changed");
        }
        if (echoes.failedUnexplained.sum() > 0) {
            findings.add(
                    echoes.failedUnexplained.sum()
                            + " connections were refused or ended, though nothing was the matter");
        }
        if (echoes.datagramsLost.sum() * 50 > echoes.datagrams.sum()) {
            findings.add(
                    "%d datagrams were lost, though nothing was the matter (%d came back)"
                            .formatted(echoes.datagramsLost.sum(), echoes.datagrams.sum()));
        }
        if (echoes.echoes.sum() < 100 || echoes.datagrams.sum() < 100) {
            findings.add(
                    "void: %d lines and %d datagrams came back (expected: 100)"
                            .formatted(echoes.echoes.sum(), echoes.datagrams.sum()));
        }
    }

    private void requireReturned(
            WayIn wayIn, GatewayFacts before, List<String> notes, List<String> findings)
            throws IOException, InterruptedException {
        long pid = wayIn.gateway().pid();
        long most = before.sockets() + MOST_MORE_SOCKETS;
        if (!wayIn.await(SETTLING, () -> sockets(pid) <= most)) {
            findings.add(
                    "%d sockets are open %d seconds after the last client left (expected: at most %d)"
                            .formatted(sockets(pid), SETTLING.toSeconds(), most));
        }
        GatewayFacts after = GatewayFacts.of(pid);
        notes.add("before the load: " + before);
        notes.add("after it: " + after);
        if (after.mostResident() > MOST_RESIDENT) {
            findings.add(
                    "the gateway had %d MB resident (expected: at most %d)"
                            .formatted(after.mostResident() >> 20, MOST_RESIDENT >> 20));
        }
        if (after.heap() > before.heap() + MOST_MORE_HEAP) {
            findings.add(
                    "heap and classes are %d MB after the load, and were %d before (expected: at most %d more)"
                            .formatted(
                                    after.heap() >> 20, before.heap() >> 20, MOST_MORE_HEAP >> 20));
        }
    }

    private static long sockets(long pid) {
        try {
            return GatewayFacts.sockets(pid);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static double longestPause(Path folder) {
        return FeiqianGateway.pauses(folder).stream()
                .map(PAUSE::matcher)
                .filter(Matcher::find)
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .max()
                .orElse(0);
    }
}

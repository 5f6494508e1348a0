package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Logging;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.event.Level;

/**
 * A fleet under load and faults. Always: no call fails that a healthy instance could serve, no list
 * of addresses goes empty, limits hold, and everybody says truthfully which policies are in force.
 */
final class FleetChaos {
    private static final int THREADS_OF_A_CALLER = 4;
    private static final long FEWEST_ACCEPTED = 1_000;
    private static final Duration SETTLING = Duration.ofSeconds(60);

    private final Duration length;
    private final long seed;
    private final Consumer<String> report;
    private final Clock clock;
    private final Timer timer;

    FleetChaos(Duration length, long seed, Consumer<String> report, Clock clock, Timer timer) {
        this.length = length;
        this.seed = seed;
        this.report = report;
        this.clock = clock;
        this.timer = timer;
    }

    /** Runs in this folder, which is new. */
    FleetReport run(Path folder) throws IOException, InterruptedException {
        // A fleet that is cut off all the time would warn of it all the time.
        Logging.adjust(Level.ERROR, Map.of());
        try (Fleet fleet = new Fleet(folder, clock, timer)) {
            List<Fault> schedule = FaultSchedule.of(seed, length, FaultKind.ofFleet());
            report.accept(
                    "fleet: %d providers, %d callers, a crowd of %d; %d faults planned"
                            .formatted(
                                    fleet.providers().size(),
                                    fleet.callers().size(),
                                    FleetCrowd.SIZE,
                                    schedule.size()));
            FleetFaults faults = new FleetFaults(fleet, schedule, report, clock, timer);
            long begun = clock.nanos();
            load(fleet, faults);
            double seconds = (clock.nanos() - begun) / 1e9;
            return count(fleet, faults, seconds);
        }
    }

    private void load(Fleet fleet, FleetFaults faults) throws InterruptedException {
        Deadline end = Deadline.after(length, clock);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (FleetCaller caller : fleet.callers()) {
                for (int i = 0; i < THREADS_OF_A_CALLER; i++) {
                    threads.execute(caller::run);
                }
            }
            faults.run();
            if (!end.isExpired()) {
                timer.pause(end.remaining());
            }
        } finally {
            threads.shutdownNow();
            threads.close();
        }
    }

    private FleetReport count(Fleet fleet, FleetFaults faults, double seconds)
            throws InterruptedException {
        List<String> findings = new ArrayList<>(faults.failures());
        faults.happened()
                .forEach((kind, times) -> {
                    if (times == 0) {
                        findings.add("void: " + kind + " never happened");
                    }
                });
        Map<String, Long> failures = new TreeMap<>();
        for (FleetCaller each : fleet.callers()) {
            each.failures().forEach((what, times) -> failures.merge(what, times.sum(), Long::sum));
            if (each.emptyLists() > 0) {
                findings.add(
                        "%s had an empty list of addresses %d times"
                                .formatted(each.member().name(), each.emptyLists()));
            }
        }
        failures.forEach((what, times) -> findings.add(times + " calls ended with " + what));
        requireLimits(fleet, seconds, findings);
        requirePolicies(fleet, findings);
        long accepted = fleet.callers().stream().mapToLong(FleetCaller::accepted).sum();
        long limited = fleet.callers().stream().mapToLong(FleetCaller::limited).sum();
        if (accepted < FEWEST_ACCEPTED || limited == 0) {
            findings.add(
                    "void: %d calls were served and %d turned away by policy (expected: %d, 1)"
                            .formatted(accepted, limited, FEWEST_ACCEPTED));
        }
        return new FleetReport(
                seconds, faults.happened(), accepted, limited, failures, fleet.version(), findings);
    }

    /** Each version begins with its burst; before the first there was no limit. */
    private static void requireLimits(Fleet fleet, double seconds, List<String> findings) {
        long most =
                (long) (FleetPolicies.HIGHER * (seconds + 1))
                        + (long) FleetPolicies.BURST * (fleet.version() + 1);
        for (FleetProvider each : fleet.providers()) {
            if (each.answered() > most) {
                findings.add(
                        "%s took %d deposits (expected: at most %d)"
                                .formatted(each.member().name(), each.answered(), most));
            }
        }
    }

    private static void requirePolicies(Fleet fleet, List<String> findings)
            throws InterruptedException {
        boolean settled =
                fleet.await(
                        SETTLING,
                        () ->
                                fleet.providers().stream()
                                                .allMatch(each ->
                                                        each.inForce() == fleet.version()
                                                                && each.said() == fleet.version())
                                        && fleet.misreported().isEmpty());
        if (!settled) {
            findings.add(
                    "policies: a minute after the last fault %s are said to go by others than they"
                                    .formatted(fleet.misreported())
                            + " do, or not all go by version "
                            + fleet.version());
        }
    }
}

package io.feiqian.chaos;

import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.cli.Signal;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Lets the faults of a schedule happen to the processes of a system on this machine. */
final class FaultInjector implements Upheaval {
    private static final Duration PATIENCE_FOR_VICTIM = Duration.ofSeconds(45);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final HomeFolder home;
    private final List<Fault> schedule;
    private final Consumer<String> report;
    private final Clock clock;
    private final Timer timer;
    private final Map<FaultKind, Integer> fired = new EnumMap<>(FaultKind.class);

    FaultInjector(
            HomeFolder home,
            List<Fault> schedule,
            Consumer<String> report,
            Clock clock,
            Timer timer) {
        this.home = home;
        this.schedule = List.copyOf(schedule);
        this.report = report;
        this.clock = clock;
        this.timer = timer;
    }

    /**
     * Works off the schedule and returns once the last pause is over; whatever happens, no process
     * is left standing still.
     */
    @Override
    public void run() throws InterruptedException {
        long begun = clock.nanos();
        try (ExecutorService pauses = Executors.newCachedThreadPool()) {
            for (Fault fault : schedule) {
                long wait = fault.at().toNanos() - (clock.nanos() - begun);
                if (wait > 0) {
                    timer.pause(Duration.ofNanos(wait));
                }
                befall(fault, pauses, Duration.ofNanos(clock.nanos() - begun));
            }
            pauses.shutdown();
            pauses.awaitTermination(1, TimeUnit.MINUTES);
        } finally {
            wakeAll();
        }
    }

    @Override
    public synchronized Map<FaultKind, Integer> happened() {
        Map<FaultKind, Integer> all = new EnumMap<>(FaultKind.class);
        schedule.forEach(each -> all.put(each.kind(), 0));
        all.putAll(fired);
        return all;
    }

    @Override
    public List<String> failures() {
        return List.of();
    }

    private void befall(Fault fault, ExecutorService pauses, Duration now)
            throws InterruptedException {
        ProcessEntry victim = victim(fault);
        if (victim == null) {
            report.accept("%6.1f s  %s: nobody alive".formatted(seconds(now), fault.kind()));
            return;
        }
        report.accept(
                "%6.1f s  %s %s (pid %d)%s"
                        .formatted(
                                seconds(now),
                                fault.kind(),
                                victim.name(),
                                victim.pid(),
                                fault.kind().isPause()
                                        ? " for %.1f s".formatted(seconds(fault.length()))
                                        : ""));
        if (fault.kind().isPause()) {
            send(Signal.STOP, victim);
            var _ = pauses.submit(() -> wakeLater(victim, fault.length()));
        } else if (fault.kind() == FaultKind.EMPTY_REGISTRY) {
            send(Signal.STOP, victim);
            forgetEverything(home.registry().resolve("data"));
            send(Signal.KILL, victim);
        } else {
            send(Signal.KILL, victim);
        }
        synchronized (this) {
            fired.merge(fault.kind(), 1, Integer::sum);
        }
    }

    private static void forgetEverything(Path data) {
        if (!Files.exists(data)) {
            // It was emptied a moment ago, and has not begun anew.
            return;
        }
        try (Stream<Path> files = Files.walk(data)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private @org.jspecify.annotations.Nullable ProcessEntry victim(Fault fault)
            throws InterruptedException {
        Deadline deadline = Deadline.after(PATIENCE_FOR_VICTIM, clock);
        while (true) {
            List<ProcessEntry> candidates =
                    home.processes().stream()
                            .filter(each ->
                                    fault.kind().role().filter(each.role()::equals).isPresent())
                            .filter(ProcessEntry::isAlive)
                            .toList();
            if (!candidates.isEmpty()) {
                return candidates.get(fault.victim() % candidates.size());
            }
            if (deadline.isExpired()) {
                return null;
            }
            timer.pause(LOOK_AGAIN);
        }
    }

    private Void wakeLater(ProcessEntry victim, Duration length) throws InterruptedException {
        try {
            timer.pause(length);
        } finally {
            send(Signal.CONT, victim);
        }
        return null;
    }

    private void wakeAll() throws InterruptedException {
        for (ProcessEntry each : home.processes()) {
            if (each.isAlive()) {
                send(Signal.CONT, each);
            }
        }
    }

    private static void send(Signal signal, ProcessEntry to) throws InterruptedException {
        try {
            signal.sendToFamily(to.pid());
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static double seconds(Duration length) {
        return length.toMillis() / 1000.0;
    }
}

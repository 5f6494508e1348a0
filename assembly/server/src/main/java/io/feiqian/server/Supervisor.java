package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.cli.ProcessEntry.Role;
import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts the processes of one system on this machine in order, starts again whatever ends, and
 * stops them in order: the console first, the registry last.
 *
 * <p>Thread-safe; {@link #start} and {@link #stop} are called once each.
 */
final class Supervisor implements Keeper.Listener {
    /** The order in which a system is stopped. */
    private static final List<Role> STOPPING =
            List.of(
                    Role.CONSOLE,
                    Role.GATEWAY,
                    Role.CELL,
                    Role.OBSERVATORY,
                    Role.DATABASE,
                    Role.REGISTRY);

    private final HomeFolder home;
    private final SystemUnits units;
    private final Consumer<String> report;
    private final Clock clock;
    private final Map<String, ProcessEntry> processes = new LinkedHashMap<>();
    private final List<Kept> kept = new ArrayList<>();
    private boolean stopping;

    private record Kept(Unit unit, Keeper keeper) {}

    /** A supervisor of these units that says what happens, line by line, to {@code report}. */
    Supervisor(HomeFolder home, SystemUnits units, Consumer<String> report, Clock clock) {
        this.home = home;
        this.units = units;
        this.report = report;
        this.clock = clock;
        ProcessHandle self = ProcessHandle.current();
        enter(
                new ProcessEntry(
                        "supervisor",
                        Role.SUPERVISOR,
                        "",
                        self.pid(),
                        ProcessEntry.startOf(self),
                        "",
                        1));
    }

    /**
     * Starts everything and waits until it is ready; each cell's instances as soon as their
     * database is, everything else at once.
     *
     * @throws CommandFailure where something cannot start; then everything was stopped again
     */
    void start() throws InterruptedException {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<CompletableFuture<Void>> parts = new ArrayList<>();
            parts.add(keep(units.registry()));
            parts.add(keep(units.gateway()));
            parts.add(keep(units.console()));
            units.observatory()
                    .ifPresent(each ->
                            parts.add(
                                    keep(each.database())
                                            .thenComposeAsync(
                                                    ready -> keep(each.process()), threads)
                                            .exceptionally(this::withoutObservatory)));
            for (SystemUnits.CellUnits cell : units.cells()) {
                parts.add(
                        keep(cell.database())
                                .thenComposeAsync(ready -> keepAll(cell.instances()), threads));
            }
            try {
                all(parts).get();
            } catch (InterruptedException askedToEnd) {
                stop();
                throw askedToEnd;
            } catch (ExecutionException failed) {
                stop();
                throw new CommandFailure(
                        ExitStatus.CANNOT_START,
                        rootMessage(failed),
                        "The logs are in " + home.log("x").getParent() + ".",
                        failed);
            }
        }
    }

    /** Nobody waits for it: the bank starts all the same. */
    private @Nullable Void withoutObservatory(Throwable failure) {
        report.accept("ALARM no traces and logs are kept: " + rootMessage(failure));
        return null;
    }

    /** Stops everything in order. */
    void stop() throws InterruptedException {
        synchronized (kept) {
            stopping = true;
        }
        for (Role role : STOPPING) {
            List<Kept> together = keptAs(role);
            try (ExecutorService threads = Executors.newCachedThreadPool()) {
                for (Kept each : together) {
                    var _ =
                            threads.submit(() -> {
                                each.keeper().stop();
                                return null;
                            });
                }
            }
            if (!together.isEmpty()) {
                report.accept("stopped " + role.name().toLowerCase(java.util.Locale.ROOT));
            }
        }
        home.forgetProcesses();
    }

    @Override
    public void started(Unit unit, ProcessHandle handle, int starts) {
        enter(
                new ProcessEntry(
                        unit.name(),
                        unit.role(),
                        unit.cell(),
                        handle.pid(),
                        ProcessEntry.startOf(handle),
                        unit.address(),
                        starts));
        if (starts > 1) {
            report.accept(unit.name() + " is back (pid " + handle.pid() + ")");
        }
    }

    @Override
    public void failed(Unit unit, String what, Duration pause) {
        report.accept("ALARM " + what + "; starting it again in " + pause.toMillis() + " ms");
    }

    private CompletableFuture<Void> keep(Unit unit) {
        synchronized (kept) {
            if (stopping) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException(unit.name() + " is not started: stopping"));
            }
            Keeper keeper = new Keeper(unit, this, clock);
            kept.add(new Kept(unit, keeper));
            return keeper.firstReady();
        }
    }

    private CompletableFuture<Void> keepAll(Collection<? extends Unit> together) {
        return all(together.stream().map(this::keep).toList());
    }

    /** Fails as soon as one fails, not only when the last has an answer. */
    private static CompletableFuture<Void> all(List<CompletableFuture<Void>> parts) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        for (CompletableFuture<Void> part : parts) {
            var _ =
                    part.whenComplete((ready, failure) -> {
                        if (failure != null) {
                            result.completeExceptionally(failure);
                        }
                    });
        }
        var _ =
                CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]))
                        .whenComplete((ready, failure) -> {
                            if (failure == null) {
                                result.complete(null);
                            }
                        });
        return result;
    }

    private List<Kept> keptAs(Role role) {
        synchronized (kept) {
            return kept.stream().filter(each -> each.unit().role() == role).toList();
        }
    }

    private void enter(ProcessEntry entry) {
        synchronized (processes) {
            processes.put(entry.name(), entry);
            home.writeProcesses(List.copyOf(processes.values()));
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while ((root instanceof CompletionException || root instanceof ExecutionException)
                && root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}

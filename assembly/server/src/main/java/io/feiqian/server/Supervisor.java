package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.HomeFolder;
import io.feiqian.cli.ProcessEntry;
import io.feiqian.cli.ProcessEntry.Role;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    private final Map<String, Halted> halted = new TreeMap<>();
    private boolean stopping;

    private record Kept(Unit unit, Keeper keeper) {}

    /** An instance that is not kept: an operator stopped it, or it could not be started again. */
    private record Halted(
            Unit unit, StopOrder order, CompletableFuture<Void> ended, String failure) {}

    /** Who stopped an instance, why and when. */
    record StopOrder(String operator, String reason, long atMillis) {}

    /**
     * An instance of a cell.
     *
     * @param entry its newest process; empty where none was ready yet
     * @param order who stopped it; empty where nobody did
     */
    record Instance(
            Unit unit,
            InstanceState state,
            Optional<ProcessEntry> entry,
            Optional<StopOrder> order,
            String failure) {}

    /** What is done about an instance. */
    enum InstanceState {
        /** It runs. */
        RUNNING,
        /** It is being started. */
        STARTING,
        /** It is being stopped. */
        STOPPING,
        /** It was stopped. */
        STOPPED,
        /** It could not be started. */
        FAILED
    }

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

    /** Every instance of a cell, in order of their names. */
    List<Instance> instances() {
        Map<String, Instance> all = new TreeMap<>();
        synchronized (kept) {
            for (Kept each : keptAs(Role.CELL)) {
                Optional<ProcessEntry> entry = entry(each.unit());
                InstanceState state =
                        entry.filter(ProcessEntry::isAlive).isPresent()
                                ? InstanceState.RUNNING
                                : InstanceState.STARTING;
                all.put(
                        each.unit().name(),
                        new Instance(each.unit(), state, entry, Optional.empty(), ""));
            }
            halted.forEach((name, each) -> all.put(name, instance(each)));
        }
        return List.copyOf(all.values());
    }

    /**
     * Ends an instance in order and does not start it again.
     *
     * @return completes once it has ended; empty where it was stopped already
     */
    Optional<CompletableFuture<Void>> halt(String name, StopOrder order) {
        synchronized (kept) {
            Optional<Kept> found = find(name);
            if (found.isEmpty()) {
                return Optional.ofNullable(halted.get(name))
                        .map(Halted::ended)
                        .filter(it -> !it.isDone());
            }
            kept.remove(found.get());
            CompletableFuture<Void> ended = new CompletableFuture<>();
            halted.put(name, new Halted(found.get().unit(), order, ended, ""));
            report.accept(name + " is stopped by " + order.operator());
            Thread.ofPlatform().name("halt-" + name).start(() -> end(found.get().keeper(), ended));
            return Optional.of(ended);
        }
    }

    /**
     * Starts an instance that was stopped and has ended.
     *
     * @return completes once it is ready, exceptionally where it cannot start; empty where it is
     *     kept already
     * @throws RefusedException where it has not ended yet, or everything is being stopped
     */
    Optional<CompletableFuture<Void>> revive(String name, String operator) {
        synchronized (kept) {
            Halted found = halted.get(name);
            if (found == null) {
                return Optional.empty();
            }
            if (stopping || !found.ended().isDone()) {
                throw new RefusedException(
                        OutcomeCode.SHUTTING_DOWN, name + ": is being stopped (expected: stopped)");
            }
            halted.remove(name);
            report.accept(name + " is started by " + operator);
            CompletableFuture<Void> ready = keep(found.unit());
            var _ = ready.whenComplete((done, failure) -> revived(found, failure));
            return Optional.of(ready);
        }
    }

    private void revived(Halted before, @Nullable Throwable failure) {
        if (failure == null) {
            return;
        }
        synchronized (kept) {
            String name = before.unit().name();
            find(name)
                    .ifPresent(it -> {
                        kept.remove(it);
                        halted.put(
                                name,
                                new Halted(
                                        before.unit(),
                                        before.order(),
                                        CompletableFuture.completedFuture(null),
                                        rootMessage(failure)));
                    });
        }
    }

    private static void end(Keeper keeper, CompletableFuture<Void> ended) {
        try {
            keeper.stop();
            ended.complete(null);
        } catch (InterruptedException | RuntimeException failed) {
            ended.completeExceptionally(failed);
        }
    }

    private Optional<Kept> find(String name) {
        return kept.stream()
                .filter(each -> each.unit().role() == Role.CELL && each.unit().name().equals(name))
                .findFirst();
    }

    private Instance instance(Halted each) {
        InstanceState state =
                !each.ended().isDone()
                        ? InstanceState.STOPPING
                        : each.failure().isEmpty() ? InstanceState.STOPPED : InstanceState.FAILED;
        return new Instance(
                each.unit(), state, entry(each.unit()), Optional.of(each.order()), each.failure());
    }

    private Optional<ProcessEntry> entry(Unit unit) {
        synchronized (processes) {
            return Optional.ofNullable(processes.get(unit.name()));
        }
    }

    private List<CompletableFuture<Void>> halting() {
        synchronized (kept) {
            return halted.values().stream().map(Halted::ended).toList();
        }
    }

    /** Stops everything in order. */
    void stop() throws InterruptedException {
        synchronized (kept) {
            stopping = true;
        }
        // Whoever is just ending needs its database until then.
        CompletableFuture.allOf(halting().toArray(CompletableFuture[]::new))
                .handle((done, failure) -> null)
                .join();
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

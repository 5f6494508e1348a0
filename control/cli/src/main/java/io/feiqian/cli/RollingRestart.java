package io.feiqian.cli;

import io.feiqian.cli.InstanceView.Registered;
import io.feiqian.cli.InstanceView.State;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Restarts the instances of a cell one after the other while the others serve (P6.2.2.6-c): each is
 * drained, ended once it has finished what it took, started, and the next one is touched only when
 * callers choose it again. It stops at the first that does not come back, so that what is wrong
 * with a new version costs one instance. Blocks; belongs to one thread.
 */
public final class RollingRestart {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    /**
     * One instance that was restarted.
     *
     * @param instance its name
     * @param before its process before
     * @param now its process now
     * @param drained how long it took to finish what it had taken
     * @param ended how long its process took to end
     * @param back how long it took until it was chosen again
     */
    public record Restarted(
            String instance,
            long before,
            long now,
            Duration drained,
            Duration ended,
            Duration back) {}

    private final FleetClient fleet;
    private final Clock clock;
    private final Timer timer;
    private final Duration patience;

    /**
     * Restarts through these lines.
     *
     * @param patience how long each instance may take to finish its work, to end and to be back
     */
    public RollingRestart(FleetClient fleet, Clock clock, Timer timer, Duration patience) {
        this.fleet = fleet;
        this.clock = clock;
        this.timer = timer;
        this.patience = patience;
    }

    /**
     * Restarts all instances of a cell.
     *
     * @param done told of each once it is back
     * @throws CommandFailure where the cell cannot spare an instance, or one did not come back
     * @throws io.feiqian.vocabulary.RefusedException with what an instance or the supervisor said
     */
    public void run(String cell, Consumer<Restarted> done) throws InterruptedException {
        Fleet now = fleet.look();
        requireRestartable(now, cell);
        for (InstanceView each : now.of(cell)) {
            requireAllServe(fleet.look(), cell);
            done.accept(restart(each));
        }
    }

    private Restarted restart(InstanceView instance) throws InterruptedException {
        long begun = clock.nanos();
        fleet.drain(instance);
        if (await(instance, it -> it.state() == State.DRAINED).isEmpty()) {
            fleet.resume(instance);
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    "%s did not finish its work within %d s and serves on"
                            .formatted(instance.name(), patience.toSeconds()),
                    "See what is in flight with 'feiqian cell list' and 'feiqian tx list'.");
        }
        long drained = clock.nanos();
        fleet.stop(instance, patience);
        long ended = clock.nanos();
        fleet.start(instance, patience);
        InstanceView back =
                await(instance, it -> isChosen(it) && it.pid() != instance.pid())
                        .orElseThrow(() ->
                                new CommandFailure(
                                        ExitStatus.FAILED,
                                        "%s is not back after %d s; the others were not touched"
                                                .formatted(instance.name(), patience.toSeconds()),
                                        "Its log is in the folder 'logs' of the system."));
        return new Restarted(
                instance.name(),
                instance.pid(),
                back.pid(),
                Duration.ofNanos(drained - begun),
                Duration.ofNanos(ended - drained),
                Duration.ofNanos(clock.nanos() - ended));
    }

    private Optional<InstanceView> await(InstanceView instance, Predicate<InstanceView> until)
            throws InterruptedException {
        Deadline deadline = Deadline.after(patience, clock);
        while (true) {
            Optional<InstanceView> now =
                    fleet.look().instances().stream()
                            .filter(it -> it.address().equals(instance.address()))
                            .filter(until)
                            .findFirst();
            if (now.isPresent() || deadline.isExpired()) {
                return now;
            }
            timer.pause(LOOK_AGAIN);
        }
    }

    private static void requireRestartable(Fleet fleet, String cell) {
        List<InstanceView> all = fleet.of(cell);
        if (all.isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    cell + ": no cell of this system",
                    "It has %s.".formatted(String.join(", ", fleet.cells())));
        }
        if (fleet.supervisor() != Fleet.Supervisor.ANSWERS) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    "no supervisor that would start an instance again",
                    "Where another service manager starts the processes, restart them one after"
                            + " the other with 'feiqian cell stop INSTANCE'.");
        }
        if (all.size() == 1) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    "%s has one instance: nobody would serve its slots meanwhile".formatted(cell),
                    "Start the system with --instances 2, or say 'feiqian cell stop %s --yes'."
                            .formatted(cell));
        }
    }

    private static void requireAllServe(Fleet fleet, String cell) {
        fleet.of(cell).stream()
                .filter(it -> !isChosen(it))
                .findFirst()
                .ifPresent(it -> {
                    throw new CommandFailure(
                            ExitStatus.FAILED,
                            "%s is %s, in the registry %s (expected: SERVING, CHOSEN)"
                                    .formatted(it.name(), it.state(), it.registered()),
                            "See 'feiqian cell list'; nothing more is restarted until it serves.");
                });
    }

    private static boolean isChosen(InstanceView instance) {
        return instance.state() == State.SERVING && instance.registered() == Registered.CHOSEN;
    }
}

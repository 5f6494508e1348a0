package io.feiqian.chaos;

import io.feiqian.cli.Signal;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Lets the faults of a schedule happen to services, their databases and the network between them,
 * and starts again what was killed, but for the one instance that never comes back.
 */
final class ServiceFaults {
    private static final int SHORTEST_ABSENCE_MILLIS = 500;
    private static final int ABSENCE_SPREAD_MILLIS = 3_000;

    private static final Duration PATIENCE_FOR_WORK = Duration.ofSeconds(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final ServicesUnderTest services;
    private final ServicesClient client;
    private final Consumer<String> report;
    private final Clock clock;
    private final Timer timer;
    private final Randomness random;
    private final List<FaultKind> kinds;

    private final AtomicInteger leftByEnded = new AtomicInteger();

    /** Guarded by itself. */
    private final Map<FaultKind, Integer> fired = new EnumMap<>(FaultKind.class);

    private final List<String> failed = new CopyOnWriteArrayList<>();

    /** A database is held or killed by one fault at a time. */
    private final Map<String, Object> turns = new HashMap<>();

    ServiceFaults(
            ServicesUnderTest services,
            ServicesClient client,
            ServicesPlan plan,
            Consumer<String> report,
            Clock clock,
            Timer timer) {
        this.services = services;
        this.client = client;
        this.report = report;
        this.clock = clock;
        this.timer = timer;
        this.random = Randomness.seeded(plan.seed());
        this.kinds = plan.faultKinds();
        services.services().forEach(each -> turns.put(each.name(), new Object()));
    }

    /**
     * Works off the schedule; when it returns everything runs again that ever will, though perhaps
     * it is not ready yet.
     */
    void run(List<Fault> schedule) throws InterruptedException {
        long begun = clock.nanos();
        boolean interrupted = true;
        try (ExecutorService later = Executors.newCachedThreadPool()) {
            for (Fault fault : schedule) {
                long wait = fault.at().toNanos() - (clock.nanos() - begun);
                if (wait > 0) {
                    timer.pause(Duration.ofNanos(wait));
                }
                Duration now = Duration.ofNanos(clock.nanos() - begun);
                Duration absence =
                        Duration.ofMillis(
                                SHORTEST_ABSENCE_MILLIS + random.nextInt(ABSENCE_SPREAD_MILLIS));
                later.execute(() -> befall(fault, now, absence));
            }
            later.shutdown();
            interrupted = !later.awaitTermination(2, TimeUnit.MINUTES);
        } finally {
            heal();
        }
        if (interrupted) {
            failed.add("fault: one did not end within two minutes");
        }
    }

    /** How many requests the instances that ended for good had under way. */
    int leftByEnded() {
        return leftByEnded.get();
    }

    /** What kept faults from being done, each a sentence; empty in a good run. */
    List<String> failed() {
        return List.copyOf(failed);
    }

    /** How often each kind was done. */
    Map<FaultKind, Integer> fired() {
        Map<FaultKind, Integer> all = new EnumMap<>(FaultKind.class);
        synchronized (fired) {
            kinds.forEach(each -> all.put(each, fired.getOrDefault(each, 0)));
        }
        return all;
    }

    private void befall(Fault fault, Duration now, Duration absence) {
        try {
            switch (fault.kind()) {
                case KILL_SERVICE -> kill(fault, now, absence);
                case PAUSE_SERVICE -> pause(fault, now);
                case END_SERVICE -> end(fault, now);
                case KILL_POSTGRESQL, KILL_MARIADB -> killDatabase(fault, now, absence);
                case PAUSE_POSTGRESQL, PAUSE_MARIADB -> pauseDatabase(fault, now);
                case CUT_NETWORK -> network(fault, now, Link.State.CUT);
                case STALL_NETWORK -> network(fault, now, Link.State.STALLED);
                default ->
                        throw new IllegalArgumentException(
                                "fault: " + fault.kind() + " (expected: one of services)");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException unable) {
            failed.add("fault: %s could not be done (%s)".formatted(fault.kind(), unable));
        }
    }

    private void kill(Fault fault, Duration now, Duration absence) throws InterruptedException {
        ServiceInstance victim = alive(fault);
        told(fault, now, victim.config().name());
        victim.kill();
        done(fault);
        timer.pause(absence);
        victim.start();
    }

    private void pause(Fault fault, Duration now) throws InterruptedException {
        ServiceInstance victim = alive(fault);
        told(fault, now, victim.config().name());
        victim.send(Signal.STOP);
        done(fault);
        try {
            timer.pause(fault.length());
        } finally {
            victim.send(Signal.CONT);
        }
    }

    /** The last instance of a service is never taken for good: then nobody could finish. */
    private void end(Fault fault, Duration now) throws InterruptedException {
        List<ServiceInstance> candidates =
                services.services().stream()
                        .filter(each ->
                                each.instances().stream().noneMatch(ServiceInstance::hasEnded))
                        .flatMap(each -> each.instances().stream())
                        .filter(ServiceInstance::isAlive)
                        .toList();
        if (candidates.isEmpty()) {
            report.accept("%6.1f s  %s: nobody left".formatted(seconds(now), fault.kind()));
            return;
        }
        ServiceInstance victim = candidates.get(fault.victim() % candidates.size());
        // It goes while it has begun something, so that there is something to finish.
        Deadline deadline = Deadline.after(PATIENCE_FOR_WORK, clock);
        while (client.underWay(victim) == 0 && !deadline.isExpired()) {
            timer.pause(LOOK_AGAIN);
        }
        int left = client.underWay(victim);
        told(fault, now, victim.config().name() + " with %d requests under way".formatted(left));
        leftByEnded.addAndGet(left);
        victim.end();
        done(fault);
    }

    private void killDatabase(Fault fault, Duration now, Duration absence)
            throws InterruptedException {
        ServicesUnderTest.Service victim = overDatabase(fault);
        synchronized (turn(victim)) {
            told(fault, now, "of " + victim.name());
            victim.database().kill();
            done(fault);
            timer.pause(absence);
            victim.database().startAgain();
        }
    }

    private void pauseDatabase(Fault fault, Duration now) throws InterruptedException, IOException {
        ServicesUnderTest.Service victim = overDatabase(fault);
        synchronized (turn(victim)) {
            told(fault, now, "of " + victim.name());
            Signal.STOP.sendToFamily(victim.database().pid());
            done(fault);
            try {
                timer.pause(fault.length());
            } finally {
                Signal.CONT.sendToFamily(victim.database().pid());
            }
        }
    }

    private void network(Fault fault, Duration now, Link.State state) throws InterruptedException {
        List<Link> links = services.links();
        Link victim = links.get(fault.victim() % links.size());
        told(fault, now, "link to port " + victim.target());
        victim.become(state);
        done(fault);
        try {
            timer.pause(fault.length());
        } finally {
            victim.become(Link.State.UP);
        }
    }

    private Object turn(ServicesUnderTest.Service service) {
        return turns.getOrDefault(service.name(), this);
    }

    private ServicesUnderTest.Service overDatabase(Fault fault) {
        List<ServicesUnderTest.Service> candidates =
                services.services().stream()
                        .filter(each ->
                                fault.kind()
                                        .product()
                                        .filter(each.database().product()::equals)
                                        .isPresent())
                        .toList();
        return candidates.get(fault.victim() % candidates.size());
    }

    private ServiceInstance alive(Fault fault) {
        List<ServiceInstance> candidates =
                services.instances().stream().filter(ServiceInstance::isAlive).toList();
        return candidates.get(fault.victim() % candidates.size());
    }

    private void told(Fault fault, Duration now, String victim) {
        report.accept(
                "%6.1f s  %s %s%s"
                        .formatted(
                                seconds(now),
                                fault.kind(),
                                victim,
                                fault.kind().isPause()
                                        ? " for %.1f s".formatted(seconds(fault.length()))
                                        : ""));
    }

    private void done(Fault fault) {
        synchronized (fired) {
            fired.merge(fault.kind(), 1, Integer::sum);
        }
    }

    private void heal() throws InterruptedException {
        for (ServiceInstance each : services.instances()) {
            each.send(Signal.CONT);
            each.start();
        }
        services.links().forEach(each -> each.become(Link.State.UP));
    }

    private static double seconds(Duration length) {
        return length.toMillis() / 1000.0;
    }
}

package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets faults befall a fleet, and looks whether what must hold meanwhile does. What befalls the
 * registry comes one after the other, and so does what befalls providers: one of them at a time, so
 * that another could serve.
 */
final class FleetFaults implements Upheaval {
    private static final Duration ABSENCE = Duration.ofSeconds(3);
    private static final Duration JUMP = Duration.ofHours(3);
    private static final Duration PUSHED = Duration.ofSeconds(10);
    private static final Duration RETURN = Duration.ofSeconds(60);
    private static final int FLAPS = 3;
    private static final String NONSENSE = "{\"revision\": \"a broken document\"";

    private final Fleet fleet;
    private final List<Fault> schedule;
    private final Consumer<String> report;
    private final Clock clock;
    private final Timer timer;
    private final Map<FaultKind, Integer> fired = new EnumMap<>(FaultKind.class);
    private final List<String> failures = new CopyOnWriteArrayList<>();

    FleetFaults(
            Fleet fleet, List<Fault> schedule, Consumer<String> report, Clock clock, Timer timer) {
        this.fleet = fleet;
        this.schedule = List.copyOf(schedule);
        this.report = report;
        this.clock = clock;
        this.timer = timer;
    }

    @Override
    public void run() throws InterruptedException {
        long begun = clock.nanos();
        try (ExecutorService registry = Executors.newSingleThreadExecutor();
                ExecutorService providers = Executors.newSingleThreadExecutor()) {
            for (Fault fault : schedule) {
                long wait = fault.at().toNanos() - (clock.nanos() - begun);
                if (wait > 0) {
                    timer.pause(Duration.ofNanos(wait));
                }
                ExecutorService lane = isOfProvider(fault.kind()) ? providers : registry;
                lane.execute(() -> befall(fault, begun));
            }
            registry.shutdown();
            providers.shutdown();
            if (!registry.awaitTermination(3, TimeUnit.MINUTES)
                    || !providers.awaitTermination(3, TimeUnit.MINUTES)) {
                failures.add("fault: one did not end within three minutes");
            }
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
        return List.copyOf(failures);
    }

    private static boolean isOfProvider(FaultKind kind) {
        return switch (kind) {
            case HANG_PROVIDER, SLOW_PROVIDER, GARBLE_PROVIDER, FLAP_PROVIDER -> true;
            default -> false;
        };
    }

    private void befall(Fault fault, long begun) {
        report.accept(
                "%6.1f s  fleet: %s%s"
                        .formatted(
                                (clock.nanos() - begun) / 1e9,
                                fault.kind(),
                                fault.length().isZero()
                                        ? ""
                                        : " for %.1f s"
                                                .formatted(fault.length().toMillis() / 1e3)));
        try {
            happen(fault);
            synchronized (this) {
                fired.merge(fault.kind(), 1, Integer::sum);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException unable) {
            failures.add("fault: %s could not be done (%s)".formatted(fault.kind(), unable));
        }
    }

    private void happen(Fault fault) throws InterruptedException {
        switch (fault.kind()) {
            case KILL_REGISTRY -> away(() -> {});
            case EMPTY_REGISTRY -> away(fleet.registry()::forget);
            case PAUSE_REGISTRY -> links(fleet.members(), Link.State.STALLED, fault.length());
            case CUT_FROM_REGISTRY -> links(half(), Link.State.CUT, fault.length());
            case JUMP_CLOCK -> jump(fault);
            case RESTART_CROWD -> restartCrowd();
            case BREAK_POLICY -> breakPolicy(fault.length());
            case CUT_POLICY -> cutPolicy(fault.length());
            case HANG_PROVIDER -> serve(victim(fault), FleetProvider.Manner.NEVER, fault.length());
            case SLOW_PROVIDER -> serve(victim(fault), FleetProvider.Manner.LATE, fault.length());
            case GARBLE_PROVIDER -> garble(victim(fault), fault.length());
            case FLAP_PROVIDER -> flap(victim(fault), fault.length());
            default ->
                    throw new IllegalArgumentException(
                            "fault: " + fault.kind() + " (expected: one of a fleet)");
        }
    }

    private FleetProvider victim(Fault fault) {
        return fleet.providers().get(fault.victim() % fleet.providers().size());
    }

    /** Every second one, so that some of each service are among them, and of those who call. */
    private List<FleetMember> half() {
        List<FleetMember> all = fleet.members();
        List<FleetMember> half = new ArrayList<>();
        for (int i = 0; i < all.size(); i += 2) {
            half.add(all.get(i));
        }
        return half;
    }

    private void away(Runnable meanwhile) throws InterruptedException {
        fleet.registry().end();
        try {
            meanwhile.run();
            timer.pause(ABSENCE);
        } finally {
            fleet.registry().begin();
        }
        if (!fleet.await(RETURN, fleet::distribute)) {
            failures.add("policies: not in the registry a minute after it came back");
        }
    }

    private void links(List<FleetMember> whose, Link.State state, Duration length)
            throws InterruptedException {
        whose.forEach(each -> each.link().become(state));
        try {
            timer.pause(length);
        } finally {
            whose.forEach(each -> each.link().become(Link.State.UP));
        }
    }

    private void jump(Fault fault) throws InterruptedException {
        FleetMember victim = fleet.members().get(fault.victim() % fleet.members().size());
        victim.clock().jump(fault.victim() % 2 == 0 ? JUMP : JUMP.negated());
        try {
            timer.pause(fault.length());
        } finally {
            victim.clock().jump(Duration.ZERO);
        }
    }

    private void restartCrowd() throws InterruptedException {
        fleet.restartCrowd();
        if (!fleet.awaitCrowd(RETURN)) {
            failures.add("crowd: not all were seen again within a minute");
        }
    }

    /** Somebody writes nonsense into the registry, past the operators' tools. */
    private void breakPolicy(Duration length) throws InterruptedException {
        String name = "doc." + FleetPolicies.NAME;
        var registry = fleet.operator().registry();
        long before = registry.fetch(name).join().map(each -> each.version()).orElse(0L);
        var _ = registry.publish(name, before, NONSENSE).join();
        timer.pause(length);
        requireInForce(fleet.providers(), fleet.version(), "while the registry held nonsense");
        if (!fleet.await(RETURN, fleet::distribute)) {
            failures.add("policies: not put right within a minute");
        }
    }

    private void cutPolicy(Duration length) throws InterruptedException {
        List<FleetMember> cut = half();
        List<FleetProvider> cutOff =
                fleet.providers().stream().filter(each -> cut.contains(each.member())).toList();
        List<FleetProvider> others =
                fleet.providers().stream().filter(each -> !cut.contains(each.member())).toList();
        int before = fleet.version();
        cut.forEach(each -> each.link().become(Link.State.CUT));
        try {
            if (!fleet.publish()) {
                var _ = fleet.await(RETURN, fleet::distribute);
            }
            if (!fleet.await(
                    PUSHED,
                    () -> others.stream().allMatch(each -> each.inForce() == fleet.version()))) {
                failures.add("policies: not at all who could be reached within ten seconds");
            }
            requireInForce(cutOff, before, "while it could not hear of another");
            timer.pause(length);
        } finally {
            cut.forEach(each -> each.link().become(Link.State.UP));
        }
        if (!fleet.await(
                RETURN,
                () ->
                        fleet.providers().stream()
                                .allMatch(each -> each.inForce() == fleet.version()))) {
            failures.add("policies: not at all a minute after the network was whole again");
        }
    }

    private void requireInForce(List<FleetProvider> providers, int version, String when) {
        for (FleetProvider each : providers) {
            if (each.inForce() != version || each.said() != version) {
                failures.add(
                        "policies: %s goes by %d and says %d %s (expected: %d)"
                                .formatted(
                                        each.member().name(),
                                        each.inForce(),
                                        each.said(),
                                        when,
                                        version));
            }
        }
    }

    private void serve(FleetProvider victim, FleetProvider.Manner manner, Duration length)
            throws InterruptedException {
        victim.serve(manner);
        try {
            timer.pause(length);
        } finally {
            victim.serve(FleetProvider.Manner.WELL);
        }
    }

    private void garble(FleetProvider victim, Duration length) throws InterruptedException {
        victim.garble(true);
        try {
            timer.pause(length);
        } finally {
            victim.garble(false);
        }
    }

    private void flap(FleetProvider victim, Duration length) throws InterruptedException {
        for (int i = 0; i < FLAPS; i++) {
            victim.end();
            try {
                timer.pause(length.dividedBy(2L * FLAPS));
            } finally {
                victim.begin();
            }
            timer.pause(length.dividedBy(2L * FLAPS));
        }
    }
}

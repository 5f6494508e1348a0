package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lets faults befall a gateway, one after the other, so that it is known what each request could
 * expect; and looks whether what must hold meanwhile does.
 */
final class GatewayFaults implements Upheaval {
    private static final Duration ABSENCE = Duration.ofSeconds(3);
    private static final Duration LONGEST = Duration.ofSeconds(6);
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration DRAIN = Duration.ofSeconds(20);
    private static final Duration PUSHED = Duration.ofSeconds(10);
    private static final Duration RECOVERY = Duration.ofSeconds(10);
    private static final Duration AFTER = Duration.ofSeconds(1);
    private static final Duration AFTER_SICKNESS = Duration.ofSeconds(3);
    private static final Duration SLOW_CLIENTS_END = Duration.ofSeconds(12);
    private static final int SLOW_CLIENTS = 40;

    private final WayIn wayIn;
    private final List<Fault> schedule;
    private final Consumer<String> report;
    private final FloodFault flood;
    private final Clock clock;
    private final Timer timer;
    private final Map<FaultKind, Integer> fired = new EnumMap<>(FaultKind.class);
    private final List<String> failures = new ArrayList<>();
    private String version;

    GatewayFaults(
            WayIn wayIn,
            List<Fault> schedule,
            String version,
            Consumer<String> report,
            Clock clock,
            Timer timer) {
        this.wayIn = wayIn;
        this.schedule = List.copyOf(schedule);
        this.version = version;
        this.report = report;
        this.flood = new FloodFault(wayIn, clock, timer);
        this.clock = clock;
        this.timer = timer;
        schedule.forEach(each -> fired.put(each.kind(), 0));
    }

    @Override
    public void run() throws InterruptedException {
        long begun = clock.nanos();
        for (Fault fault : schedule) {
            long wait = fault.at().toNanos() - (clock.nanos() - begun);
            if (wait > 0) {
                timer.pause(Duration.ofNanos(wait));
            }
            report.accept(
                    "%6.1f s  gateway: %s".formatted((clock.nanos() - begun) / 1e9, fault.kind()));
            try {
                happen(fault);
                fired.merge(fault.kind(), 1, Integer::sum);
            } catch (IOException | RuntimeException unable) {
                failures.add("fault: %s could not be done (%s)".formatted(fault.kind(), unable));
            }
        }
    }

    @Override
    public Map<FaultKind, Integer> happened() {
        return Map.copyOf(fired);
    }

    @Override
    public List<String> failures() {
        List<String> all = new ArrayList<>(failures);
        all.addAll(flood.findings());
        return all;
    }

    /** What was measured, each a sentence. */
    List<String> notes() {
        return flood.notes();
    }

    /** The number of the document that the gateway has to go by. */
    String version() {
        return version;
    }

    private void happen(Fault fault) throws InterruptedException, IOException {
        Duration length = fault.length().compareTo(LONGEST) > 0 ? LONGEST : fault.length();
        switch (fault.kind()) {
            case KILL_BACKEND -> sick(fault, BackendManner.DEAD, length);
            case HANG_BACKEND -> sick(fault, BackendManner.HUNG, length);
            case BREAK_OFF_BACKEND -> sick(fault, BackendManner.BROKEN_OFF, length);
            case GARBLE_BACKEND -> sick(fault, BackendManner.NONSENSE, length);
            case SLOW_BACKEND -> behave(victim(fault), BackendManner.SLOW, length);
            case KILL_BACKENDS -> noBackend();
            case KILL_REGISTRY -> registryAway();
            case CHANGE_DOCUMENT -> change();
            case BREAK_DOCUMENT -> breakDocument(length);
            case FILL_DISK -> fillDisk(length);
            case FLOOD_GATEWAY -> flood.happen();
            case DRIP_GATEWAY -> drip();
            case KILL_GATEWAY -> kill();
            case RESTART_GATEWAY -> restart();
            default ->
                    throw new IllegalArgumentException(
                            "fault: " + fault.kind() + " (expected: one of a gateway)");
        }
    }

    private WayInBackend victim(Fault fault) {
        return wayIn.backends().get(fault.victim() % wayIn.backends().size());
    }

    private void sick(Fault fault, BackendManner manner, Duration length)
            throws InterruptedException {
        try (var _ = wayIn.weather().begin(Weather.Kind.BACKEND_SICK, AFTER_SICKNESS)) {
            behave(victim(fault), manner, length);
        }
        // The next one must not be sick before this one is taken for well.
        timer.pause(AFTER_SICKNESS);
    }

    private void behave(WayInBackend who, BackendManner manner, Duration length)
            throws InterruptedException {
        who.become(manner);
        try {
            timer.pause(length);
        } finally {
            who.become(BackendManner.WELL);
        }
    }

    private void noBackend() throws InterruptedException {
        try (var _ = wayIn.weather().begin(Weather.Kind.NO_BACKEND, AFTER)) {
            wayIn.backends().forEach(each -> each.become(BackendManner.DEAD));
            timer.pause(ABSENCE);
            wayIn.backends().forEach(each -> each.become(BackendManner.WELL));
            if (!wayIn.await(RECOVERY, wayIn::serves)) {
                failures.add("no request was passed on ten seconds after all backends came back");
            }
            timer.pause(AFTER);
        }
    }

    private void registryAway() throws InterruptedException {
        wayIn.gateway().endRegistry();
        try {
            timer.pause(ABSENCE);
            requireVersion("while the registry was away");
        } finally {
            wayIn.gateway().beginRegistry();
        }
    }

    private void change() throws InterruptedException {
        int next = wayIn.gateway().publish();
        if (!wayIn.await(START, wayIn.gateway()::distribute)) {
            failures.add("document: not in the registry within a minute");
        }
        version = Integer.toString(next);
        awaitVersion("ten seconds after it was published");
    }

    private void breakDocument(Duration length) throws InterruptedException {
        wayIn.gateway().publishNonsense();
        timer.pause(length);
        requireVersion("while nonsense lay where its document does");
        wayIn.gateway().publishUnusable();
        if (!wayIn.await(START, wayIn.gateway()::distribute)) {
            failures.add("document: not in the registry within a minute");
        }
        timer.pause(AFTER_SICKNESS);
        requireVersion("while a document was published that it cannot take");
        change();
    }

    private void requireVersion(String when) {
        String said = wayIn.version().orElse("nothing");
        if (!said.equals(version)) {
            failures.add("document: %s %s (expected: %s)".formatted(said, when, version));
        }
    }

    private void awaitVersion(String when) throws InterruptedException {
        if (!wayIn.await(PUSHED, () -> wayIn.version().filter(version::equals).isPresent())) {
            requireVersion(when);
        }
    }

    /** Nothing that it writes is taken any more: a file may not grow beyond a byte. */
    private void fillDisk(Duration length) throws InterruptedException, IOException {
        limitFiles("1:");
        try {
            timer.pause(length);
        } finally {
            limitFiles("unlimited:");
        }
        long before = Files.size(wayIn.gateway().accessLog());
        if (!wayIn.await(RECOVERY, () -> logged() > before)) {
            failures.add("access log: nothing written ten seconds after the disk had room again");
        }
    }

    private long logged() {
        try {
            return Files.size(wayIn.gateway().accessLog());
        } catch (IOException rotated) {
            throw new UncheckedIOException(rotated);
        }
    }

    private void limitFiles(String limit) throws IOException, InterruptedException {
        int status =
                new ProcessBuilder(
                                "prlimit",
                                "--pid",
                                Long.toString(wayIn.gateway().pid()),
                                "--fsize=" + limit)
                        .redirectErrorStream(true)
                        .start()
                        .waitFor();
        if (status != 0) {
            throw new IOException("prlimit of util-linux ended with " + status);
        }
    }

    private void drip() throws InterruptedException, IOException {
        int left =
                new SlowClients(wayIn.gateway().ports().http(), SLOW_CLIENTS, clock, timer)
                        .run(SLOW_CLIENTS_END);
        if (left > 0) {
            failures.add(
                    "%d of %d slow clients were still tolerated after %d seconds"
                            .formatted(left, SLOW_CLIENTS, SLOW_CLIENTS_END.toSeconds()));
        }
    }

    private void kill() throws InterruptedException, IOException {
        try (var _ = wayIn.weather().begin(Weather.Kind.GATEWAY_AWAY, AFTER)) {
            wayIn.gateway().kill();
            timer.pause(AFTER);
            comeBack();
        }
    }

    private void restart() throws InterruptedException, IOException {
        try (var _ = wayIn.weather().begin(Weather.Kind.GATEWAY_RESTARTS, AFTER)) {
            if (!wayIn.gateway().stop(DRAIN)) {
                failures.add("the gateway did not end in order within twenty seconds");
                wayIn.gateway().kill();
            }
            comeBack();
        }
    }

    private void comeBack() throws InterruptedException, IOException {
        wayIn.gateway().start();
        if (!wayIn.await(START, wayIn::serves)) {
            failures.add("the gateway did not serve again within a minute");
        }
        awaitVersion("after it was started again");
    }
}

package io.feiqian.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.governance.Release.Counted;
import io.feiqian.governance.Release.Served;
import io.feiqian.governance.Releases;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells who drives releases, by the registry, what this process has counted of them: once a second
 * while one is under way and calls come, else nothing. Ends with the process. Thread-safe.
 */
public final class ReleaseReport implements AutoCloseable {
    /** The role under which processes report. */
    public static final String ROLE = "release-counts";

    private static final Logger LOG = LoggerFactory.getLogger(ReleaseReport.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,18}),(\\d{1,18}),(\\d{1,18})");

    private final Registry registry;
    private final ServiceInstance self;
    private final Releases releases;
    private final Timer timer;

    @GuardedBy("this")
    private Optional<Registration> place = Optional.empty();

    @GuardedBy("this")
    private Map<String, String> said = Map.of();

    @GuardedBy("this")
    private boolean closed;

    private ReleaseReport(Registry registry, ServiceInstance self, Releases releases, Timer timer) {
        this.registry = registry;
        this.self = self;
        this.releases = releases;
        this.timer = timer;
    }

    /**
     * Begins to report.
     *
     * @param self the process; its role and labels are not used
     */
    public static ReleaseReport begin(
            Registry registry, ServiceInstance self, Releases releases, Timer timer) {
        ReleaseReport report = new ReleaseReport(registry, self, releases, timer);
        report.again();
        return report;
    }

    /** What all processes reported, by their names and the names of releases. */
    public static Map<String, Map<String, Counted>> all(Registry registry) {
        Map<String, Map<String, Counted>> all = new TreeMap<>();
        registry.instances(ROLE).forEach(each -> all.put(each.id(), read(each.labels())));
        return all;
    }

    /** Reports no more. */
    @Override
    public synchronized void close() {
        closed = true;
        place.ifPresent(Registration::close);
        place = Optional.empty();
    }

    private void again() {
        timer.after(EVERY, () -> Thread.ofVirtual().name("release-report").start(this::turn));
    }

    private void turn() {
        try {
            report();
        } catch (RuntimeException fault) {
            LOG.warn("what was counted of releases could not be reported", fault);
        }
        if (!isClosed()) {
            again();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void report() {
        Map<String, String> labels = new HashMap<>();
        releases.counted()
                .forEach((id, counted) -> {
                    labels.put(id + ".a", written(counted.a()));
                    labels.put(id + ".b", written(counted.b()));
                });
        if (closed || labels.equals(said)) {
            return;
        }
        said = Map.copyOf(labels);
        place.ifPresent(Registration::close);
        place = Optional.empty();
        if (!labels.isEmpty()) {
            labels.put(ServiceInstance.ENDS_WITH_LEASE, "true");
            place =
                    Optional.of(
                            registry.register(
                                    new ServiceInstance(
                                            ROLE,
                                            self.cell(),
                                            self.id(),
                                            self.host(),
                                            self.port(),
                                            labels),
                                    () -> true));
        }
    }

    private static String written(Served served) {
        return served.calls() + "," + served.failed() + "," + served.nanos();
    }

    private static Map<String, Counted> read(Map<String, String> labels) {
        Map<String, Counted> all = new HashMap<>();
        for (String each : labels.keySet()) {
            if (each.endsWith(".a")) {
                String id = each.substring(0, each.length() - 2);
                served(labels.getOrDefault(each, ""))
                        .ifPresent(a ->
                                served(labels.getOrDefault(id + ".b", ""))
                                        .ifPresent(b -> all.put(id, new Counted(a, b))));
            }
        }
        return all;
    }

    /** What somebody else wrote there is left out. */
    private static Optional<Served> served(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.matches()
                ? Optional.of(
                        new Served(
                                Long.parseLong(numbers.group(1)),
                                Long.parseLong(numbers.group(2)),
                                Long.parseLong(numbers.group(3))))
                : Optional.empty();
    }
}

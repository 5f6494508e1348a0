package io.feiqian.configuration;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells operators, by the registry, what of each document is in force in this process; ends with
 * the process, so that nobody reads what a dead one said. Thread-safe.
 */
public final class StandingReport implements AutoCloseable {
    /** The role under which processes report. */
    public static final String ROLE = "configuration";

    private static final String DOCUMENT = "doc.";

    private final Registry registry;
    private final ServiceInstance self;
    private final List<Configuration<?>> documents;
    private final AtomicBoolean queued = new AtomicBoolean();
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(
                    Thread.ofVirtual().name("feiqian-configuration-report").factory());

    @GuardedBy("this")
    private Optional<Registration> place = Optional.empty();

    @GuardedBy("this")
    private Map<String, String> said = Map.of();

    private StandingReport(
            Registry registry, ServiceInstance self, List<Configuration<?>> documents) {
        this.registry = registry;
        this.self = self;
        this.documents = List.copyOf(documents);
    }

    /**
     * Begins to report.
     *
     * @param self the process; its role is not used
     */
    public static StandingReport begin(
            Registry registry, ServiceInstance self, List<Configuration<?>> documents) {
        StandingReport report = new StandingReport(registry, self, documents);
        documents.forEach(each -> each.onStanding(report::queue));
        report.queue();
        return report;
    }

    /**
     * What a process reported.
     *
     * @param recipient the process
     * @param standings by document
     */
    public record Reported(Recipient recipient, Map<String, Standing> standings) {
        /** Keeps a copy. */
        public Reported {
            standings = Map.copyOf(standings);
        }
    }

    /** What all processes reported, as the registry said last. */
    static List<Reported> all(Registry registry) {
        return registry.instances(ROLE).stream().map(StandingReport::read).toList();
    }

    /** Reports no more. */
    @Override
    public void close() {
        worker.shutdown();
        synchronized (this) {
            place.ifPresent(Registration::close);
            place = Optional.empty();
        }
    }

    private void queue() {
        if (!worker.isShutdown() && queued.compareAndSet(false, true)) {
            worker.execute(this::report);
        }
    }

    private synchronized void report() {
        queued.set(false);
        Map<String, String> labels = new HashMap<>(self.labels());
        documents.forEach(each ->
                labels.put(DOCUMENT + each.standing().document(), each.standing().toJson()));
        if (worker.isShutdown() || labels.equals(said)) {
            return;
        }
        said = Map.copyOf(labels);
        ServiceInstance now =
                new ServiceInstance(ROLE, self.cell(), self.id(), self.host(), self.port(), labels);
        if (place.isPresent()) {
            place.get().change(now);
        } else {
            place = Optional.of(registry.register(now, () -> true));
        }
    }

    private static Reported read(ServiceInstance found) {
        Map<String, String> labels = new HashMap<>();
        Map<String, Standing> standings = new HashMap<>();
        found.labels()
                .forEach((name, value) -> {
                    if (name.startsWith(DOCUMENT)) {
                        String document = name.substring(DOCUMENT.length());
                        Standing.parse(document, value)
                                .ifPresent(each -> standings.put(document, each));
                    } else {
                        labels.put(name, value);
                    }
                });
        return new Reported(new Recipient(found.id(), labels), standings);
    }
}

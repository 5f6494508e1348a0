package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The services of a run: load of every kind and faults, then the counting. */
final class ServicesChaos {
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration RESOLVING = Duration.ofSeconds(90);
    private static final Duration SETTLING = Duration.ofSeconds(90);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(300);

    private final ServicesPlan plan;
    private final Consumer<String> report;
    private final Clock clock;
    private final Timer timer;
    private final GlobalLedger ledger = new GlobalLedger();
    private final List<String> failed = new CopyOnWriteArrayList<>();

    ServicesChaos(ServicesPlan plan, Consumer<String> report, Clock clock, Timer timer) {
        this.plan = plan;
        this.report = report;
        this.clock = clock;
        this.timer = timer;
    }

    /** Runs in this folder, which is new. */
    ServicesReport run(Path folder) throws IOException, SQLException, InterruptedException {
        try (ServicesUnderTest services = ServicesUnderTest.start(folder, plan, clock, timer);
                ServicesClient client = new ServicesClient(services)) {
            List<Fault> schedule = FaultSchedule.of(plan.seed(), plan.length(), plan.faultKinds());
            List<String> names = names(services);
            report.accept(
                    "services: %s; %d clients, %d faults planned"
                            .formatted(String.join(", ", names), plan.workers(), schedule.size()));
            long begun = clock.nanos();
            ServiceFaults faults = new ServiceFaults(services, client, plan, report, clock, timer);
            load(services, client, faults, schedule);
            double seconds = (clock.nanos() - begun) / 1e9;
            return count(services, client, faults, names, seconds);
        }
    }

    private List<String> names(ServicesUnderTest services) {
        return services.services().stream()
                .map(each ->
                        "%s (%s, %d instances)"
                                .formatted(
                                        each.name(),
                                        each.database().product().option(),
                                        each.instances().size()))
                .toList();
    }

    private void load(
            ServicesUnderTest services,
            ServicesClient client,
            ServiceFaults faults,
            List<Fault> schedule)
            throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        Deadline end = Deadline.after(plan.length(), clock);
        BusinessDate today = new BusinessDate(LocalDate.ofInstant(clock.now(), ZoneOffset.UTC));
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
            for (int i = 0; i < plan.workers(); i++) {
                GlobalWorkload worker =
                        new GlobalWorkload(
                                i, plan, client, services.services(), today, ledger, stop, timer);
                threads.execute(() -> work(worker));
            }
            try {
                faults.run(schedule);
                if (!end.isExpired()) {
                    timer.pause(end.remaining());
                }
            } finally {
                stop.set(true);
            }
        }
    }

    /** A client that stops early asks for less than the run claims. */
    private void work(GlobalWorkload worker) {
        try {
            worker.run();
        } catch (RuntimeException fault) {
            failed.add("client: stopped early (%s)".formatted(fault));
        }
    }

    private ServicesReport count(
            ServicesUnderTest services,
            ServicesClient client,
            ServiceFaults faults,
            List<String> names,
            double seconds)
            throws SQLException, InterruptedException {
        List<String> findings = new ArrayList<>(faults.failed());
        findings.addAll(failed);
        if (!services.awaitReady(RECOVERY)) {
            findings.add("services: not ready within " + RECOVERY.toSeconds() + " s");
        }
        report.accept(
                "services: faults are over; asking again for %d unknown"
                        .formatted(ledger.unknown().size()));
        resolveUnknown(client);
        long answered = clock.nanos();
        awaitSettled(services);
        double settled = (clock.nanos() - answered) / 1e9;
        report.accept("services: comparing every account with what clients were answered");
        List<ServiceBooks> books = new ArrayList<>();
        for (ServicesUnderTest.Service each : services.services()) {
            books.add(
                    ServiceBooks.read(
                            each, ServiceDatabases.kinds(each.database().product(), plan.kinds())));
        }
        findings.addAll(GlobalAudit.findings(books, ledger, ServiceAccounts.OPENING));
        GlobalLedger.Counts counts = ledger.counts();
        Map<String, Long> legs = legs(services);
        findings.addAll(
                ServicesReport.voids(plan, faults.fired(), faults.leftByEnded(), counts, legs));
        return new ServicesReport(
                seconds,
                names,
                faults.fired(),
                faults.leftByEnded(),
                counts,
                legs,
                books.stream().mapToLong(each -> each.journal().size()).sum(),
                settled,
                findings);
    }

    private void resolveUnknown(ServicesClient client) throws InterruptedException {
        Deadline deadline = Deadline.after(RESOLVING, clock);
        List<GlobalRequest> open = ledger.unknown();
        int round = 0;
        while (!open.isEmpty() && !deadline.isExpired()) {
            int choice = round++;
            try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
                for (GlobalRequest each : open) {
                    threads.execute(() -> resolve(client, each, choice));
                }
                threads.shutdown();
                if (!threads.awaitTermination(RESOLVING.toSeconds(), TimeUnit.SECONDS)) {
                    threads.shutdownNow();
                }
            }
            open = ledger.unknown();
            if (!open.isEmpty()) {
                timer.pause(LOOK_AGAIN);
            }
        }
    }

    private void resolve(ServicesClient client, GlobalRequest request, int choice) {
        try {
            ledger.record(request, client.ask(request, choice));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitSettled(ServicesUnderTest services)
            throws SQLException, InterruptedException {
        Deadline deadline = Deadline.after(SETTLING, clock);
        while (!deadline.isExpired()) {
            if (isSettled(services)) {
                return;
            }
            timer.pause(LOOK_AGAIN);
        }
    }

    private boolean isSettled(ServicesUnderTest services) throws SQLException {
        for (ServicesUnderTest.Service each : services.services()) {
            try (Connection connection = each.database().connect()) {
                List<GlobalKind> kinds =
                        ServiceDatabases.kinds(each.database().product(), plan.kinds());
                if (!ServiceBooks.leftovers(each, connection, kinds).isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }

    private Map<String, Long> legs(ServicesUnderTest services) {
        Map<String, Long> legs = new TreeMap<>();
        for (GlobalRequest each : ledger.requests().values()) {
            if (ledger.standing(each) == GlobalLedger.Standing.ACCEPTED) {
                for (Leg leg : each.legs()) {
                    Product product = services.service(leg.service()).database().product();
                    legs.merge(product.option() + " " + leg.how(), 1L, Long::sum);
                }
            }
        }
        return legs;
    }
}

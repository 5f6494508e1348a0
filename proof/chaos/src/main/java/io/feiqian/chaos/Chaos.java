package io.feiqian.chaos;

import io.feiqian.cli.Auditor;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.BooksAudit;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One run: a bank of its own, load and faults, then the counting. */
final class Chaos {
    private static final Duration CLIENT_PATIENCE = Duration.ofSeconds(6);
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration RESOLVING = Duration.ofSeconds(90);
    private static final Duration SETTLING = Duration.ofSeconds(60);
    private static final Duration ASK_AGAIN = Duration.ofMillis(300);

    private final ChaosPlan plan;
    private final Consumer<String> report;
    private final Clock clock;
    private final Timer timer;
    private final Runnable started;
    private final ClientLedger ledger = new ClientLedger();

    /**
     * A run.
     *
     * @param started told once the bank is ready
     */
    Chaos(ChaosPlan plan, Consumer<String> report, Clock clock, Timer timer, Runnable started) {
        this.plan = plan;
        this.started = started;
        this.report = report;
        this.clock = clock;
        this.timer = timer;
    }

    /** Runs in this folder, which is new. */
    ChaosReport run(Path folder) throws IOException, InterruptedException {
        try (BankUnderTest bank =
                        BankUnderTest.start(
                                folder, plan.cells(), plan.instances(), report, clock, timer);
                BankClient client =
                        new BankClient(bank.gateway(), CLIENT_PATIENCE, bank.operator())) {
            started.run();
            BusinessDate date = bank.businessDate();
            RouteMap routes =
                    RouteMap.parse(Files.readString(bank.home().root().resolve("route-map.json")));
            Accounts accounts =
                    Accounts.open(
                            client, routes, date, plan.accountsPerCell(), plan.seed(), ledger);
            report.accept(
                    "%d accounts opened; %d clients, %s, seed %d"
                            .formatted(
                                    plan.cells() * plan.accountsPerCell(),
                                    plan.workers(),
                                    plan.ordeal() == Ordeal.ROLLING_RESTARTS
                                            ? "cells restarted one after the other"
                                            : faults().size() + " faults planned",
                                    plan.seed()));
            long begun = clock.nanos();
            Upheaval upheaval =
                    plan.ordeal() == Ordeal.ROLLING_RESTARTS
                            ? new RollingRestarts(bank, plan.length(), report, clock, timer)
                            : new FaultInjector(bank.home(), faults(), report, clock, timer);
            load(client, accounts, date, upheaval);
            double seconds = (clock.nanos() - begun) / 1e9;
            return count(bank, client, upheaval, seconds);
        }
    }

    private List<Fault> faults() {
        return FaultSchedule.of(plan.seed(), plan.length(), plan.ordeal().kinds());
    }

    private void load(BankClient client, Accounts accounts, BusinessDate date, Upheaval upheaval)
            throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        Deadline end = Deadline.after(plan.length(), clock);
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
            for (int i = 0; i < plan.workers(); i++) {
                threads.execute(
                        new Workload(i, plan.seed(), client, accounts, date, ledger, stop, timer));
            }
            try {
                upheaval.run();
                if (!end.isExpired()) {
                    timer.pause(end.remaining());
                }
            } finally {
                stop.set(true);
            }
        }
    }

    private ChaosReport count(
            BankUnderTest bank, BankClient client, Upheaval upheaval, double seconds)
            throws InterruptedException {
        List<String> findings = new ArrayList<>();
        if (!bank.awaitWhole(RECOVERY)) {
            findings.add("not every process came back within " + RECOVERY.toSeconds() + " s");
        }
        findings.addAll(upheaval.failures());
        if (plan.ordeal().goesUnnoticed()) {
            findings.addAll(Unnoticed.findings(ledger.counts()));
        }
        report.accept("the load is over; asking again for " + ledger.unknown().size() + " unknown");
        resolveUnknown(client);
        BooksAudit audit = Auditor.settled(bank.cells(), SETTLING);
        report.accept("audited; comparing every account with what clients were answered");
        findings.addAll(BooksCheck.findings(client, ledger));
        return ChaosReport.of(plan, seconds, upheaval.happened(), ledger, audit, findings);
    }

    private void resolveUnknown(BankClient client) throws InterruptedException {
        Deadline deadline = Deadline.after(RESOLVING, clock);
        List<Operation> open = ledger.unknown();
        while (!open.isEmpty() && !deadline.isExpired()) {
            try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
                for (Operation each : open) {
                    threads.execute(() ->
                            ledger.resolve(
                                    each, client.post(each.path(), each.body()).outcome().code()));
                }
                threads.shutdown();
                threads.awaitTermination(RESOLVING.toSeconds(), TimeUnit.SECONDS);
            }
            open = ledger.unknown();
            if (!open.isEmpty()) {
                timer.pause(ASK_AGAIN);
            }
        }
    }
}

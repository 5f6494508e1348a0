package io.feiqian.simulation.services;

import io.feiqian.participant.BranchContext;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.DecisionState;
import io.feiqian.participant.FinishReport;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.ServiceAlarms;
import io.feiqian.participant.TransactionSettings;
import io.feiqian.participant.Verdict;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.simulation.Kind;
import io.feiqian.simulation.Rule;
import io.feiqian.simulation.Rules;
import io.feiqian.simulation.audit.Violation;
import io.feiqian.simulation.database.Commit;
import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.events.DriftingClock;
import io.feiqian.simulation.events.EventLog;
import io.feiqian.simulation.events.Scheduler;
import io.feiqian.simulation.fibers.Fibers;
import io.feiqian.simulation.jdbc.BranchLine;
import io.feiqian.simulation.jdbc.DecisionLine;
import io.feiqian.simulation.services.Rows.Account;
import io.feiqian.telemetry.Logging;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The services of one run and everything around them, on one thread and one virtual clock. */
public final class ServiceWorld {
    static final Instant BEGINNING = Instant.parse("2026-03-02T08:00:00Z");
    static final TransactionSettings SETTINGS = settings();

    private static final int SERVICES = 3;
    private static final int ACCOUNTS = 3;
    private static final long OPENING = 600;
    private static final long REST_MICROS = 500_000;
    private static final long LONGEST_REST_MICROS = 90_000_000;

    static {
        // What the library would tell an operator is a line of the run's own log.
        Logging.silence("io.feiqian.participant", "io.feiqian.orchestration", "io.feiqian.runtime");
    }

    private final Scheduler scheduler = new Scheduler();
    private final Fibers fibers = new Fibers();
    private final EventLog events;
    private final ServiceAuditor auditor = new ServiceAuditor();
    private final Kind kind;
    private final Rules rules;
    private final Wildness wildness;
    private final ServiceNetwork network;
    private final List<SimulatedService> services = new ArrayList<>();
    private final Customers customers;
    private final SagaAuditor sagaAuditor = new SagaAuditor();
    private final Sagas sagas;
    private final ServiceChaos chaos;
    private final Operators operators;
    private boolean faults = true;
    private long ids;
    private Optional<Violation> found = Optional.empty();

    /** The services of a seed. */
    public ServiceWorld(long seed, Kind kind, Rules rules, int orders, boolean logged) {
        Dice dice = new Dice(seed);
        this.kind = kind;
        this.rules = rules;
        this.wildness = Wildness.drawn(dice.part());
        this.events = new EventLog(scheduler, logged);
        this.network = new ServiceNetwork(scheduler, dice.part());
        for (int i = 1; i <= SERVICES; i++) {
            services.add(newService("s" + i, dice.part()));
        }
        this.customers = new Customers(this, orders, dice.part());
        this.sagas = new Sagas(this, orders, dice.part(), sagaAuditor);
        this.chaos = new ServiceChaos(this, dice.part());
        this.operators = new Operators(this, dice.part());
    }

    /** Waiting for answers is bounded by the network of the simulation, in its time. */
    private static TransactionSettings settings() {
        return new TransactionSettings(
                Duration.ofMillis(1_500),
                Duration.ofHours(1),
                new Backoff(Duration.ofMillis(50), Duration.ofMillis(1_500)),
                10,
                3,
                200,
                4_096,
                8,
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                50,
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                Duration.ofMinutes(10),
                Duration.ofDays(400),
                50);
    }

    private SimulatedService newService(String name, Dice dice) {
        Database database =
                new Database(
                        name, scheduler, dice.part(), events, clock(dice), wildness.traits(rules));
        Book book = new Book(() -> ++ids);
        SimulatedService service =
                new SimulatedService(name, database, book, new Undo(book, rules));
        for (String account : accounts()) {
            database.load(Rows.ACCOUNT, account, new Account(OPENING, 0));
        }
        database.watch(commit -> {
            log(() -> name + " commits " + shown(commit));
            auditor.committed(commit, database.clock().millis());
            sagaAuditor.committed(commit);
        });
        for (int i = 1; i <= wildness.instances(); i++) {
            service.instances().add(new ServiceInstance(this, service, i, dice.part()));
        }
        return service;
    }

    private static String shown(Commit commit) {
        List<String> rows = new ArrayList<>();
        for (Commit.Change each : commit.changes()) {
            rows.add(each.after().map(Object::toString).orElse("less " + each.id()));
        }
        return String.join(", ", rows);
    }

    static List<String> accounts() {
        List<String> accounts = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts.add("a" + i);
        }
        return accounts;
    }

    /** Runs until everything has come to rest; a {@link Violation} is thrown where one is found. */
    public void run() {
        try {
            network.behave(wildness.lose(), wildness.repeat(), wildness.slow());
            services.forEach(each -> each.instances().forEach(ServiceInstance::start));
            if (kind == Kind.ORCHESTRATION) {
                sagas.begin();
            } else {
                customers.begin();
            }
            chaos.begin();
            operators.begin();
            runUntil(wildness.faultMicros());
            log(() -> "faults end");
            faults = false;
            chaos.end();
            long latest = scheduler.now() + LONGEST_REST_MICROS + customers.slowestMicros();
            List<String> unfinished = unfinished();
            while (!unfinished.isEmpty() && scheduler.now() < latest) {
                runUntil(scheduler.now() + REST_MICROS);
                unfinished = unfinished();
            }
            sagaAuditor.atRest();
            auditor.atRest(unfinished, missing(), reserved());
        } finally {
            services.forEach(each -> each.instances().forEach(ServiceInstance::crash));
            fibers.run();
        }
    }

    private void runUntil(long until) {
        fibers.run();
        while (scheduler.runNext(until)) {
            fibers.run();
            if (found.isPresent()) {
                throw found.get();
            }
        }
    }

    private List<String> unfinished() {
        List<String> unfinished = new ArrayList<>(customers.unfinished());
        unfinished.addAll(operators.unfinished());
        unfinished.addAll(sagas.unfinished());
        for (SimulatedService each : services) {
            Database database = each.database();
            for (Object row : database.visible(DecisionLine.TABLE).values()) {
                if (((DecisionLine) row).finishedAt() == 0) {
                    unfinished.add(each.name() + " " + row);
                }
            }
            for (Object row : database.visible(BranchLine.TABLE).values()) {
                if (((BranchLine) row).state() == BranchState.TRIED) {
                    unfinished.add(each.name() + " " + row);
                }
            }
            database.visible(Rows.LOCK)
                    .forEach((account, key) ->
                            unfinished.add(each.name() + " row " + account + " held by " + key));
            database.visible(Rows.UNDO)
                    .keySet()
                    .forEach(key -> unfinished.add(each.name() + " images of " + key));
            database.prepared().forEach(id -> unfinished.add(each.name() + " prepared " + id));
        }
        return unfinished;
    }

    private long missing() {
        long sum = 0;
        for (SimulatedService each : services) {
            for (Object row : each.database().visible(Rows.ACCOUNT).values()) {
                sum += ((Account) row).balance() - OPENING;
            }
        }
        return -sum;
    }

    private List<String> reserved() {
        List<String> reserved = new ArrayList<>();
        for (SimulatedService each : services) {
            each.database()
                    .visible(Rows.ACCOUNT)
                    .forEach((id, row) -> {
                        if (((Account) row).reserved() != 0) {
                            reserved.add(each.name() + " " + id + " " + row);
                        }
                    });
        }
        return reserved;
    }

    /** An operator is called; a contradiction between durable facts is a finding. */
    void alarmed(String where, ServiceAlarms.Kind alarm, String text) {
        log(() -> where + " alarm " + alarm + ": " + text);
        switch (alarm) {
            case CONTRADICTION -> find("two durable facts contradict each other: " + text);
            case UNKNOWN_BRANCH -> {
                if (!operators.mayForget()) {
                    find("a branch is not there: " + text);
                }
            }
            case DIRTY_ROW -> {
                if (!operators.mayDirty()) {
                    find("a row was written past the locks: " + text);
                }
            }
            case UNFINISHED -> {}
        }
    }

    /** What a thread did not expect. */
    void fault(Throwable fault) {
        find(
                fault instanceof Violation
                        ? String.valueOf(fault.getMessage())
                        : "a fault of ours: " + fault);
    }

    void find(String seen) {
        if (found.isEmpty()) {
            found = Optional.of(new Violation(seen));
        }
    }

    /** What a participant's reports become without the rules that forbid it. */
    List<FinishReport> reported(List<FinishReport> reports) {
        if (!rules.lack(Rule.UNKNOWN_BRANCH) && !rules.lack(Rule.XA_GID)) {
            return reports;
        }
        return reports.stream()
                .map(each ->
                        each.outcome().code() == OutcomeCode.UNKNOWN_TRANSACTION
                                ? new FinishReport(each.key(), Outcome.accepted())
                                : each)
                .toList();
    }

    /** What an initiator's answer becomes without the rule that forbids it. */
    Verdict answered(Inquiry inquiry, Verdict verdict, ServiceInstance at) {
        if (!rules.lack(Rule.BRANCH_LISTED) || verdict != Verdict.ABORT) {
            return verdict;
        }
        Object row = at.service().database().visible(DecisionLine.TABLE).get(inquiry.key().trace());
        boolean decided =
                row instanceof DecisionLine line && line.state() == DecisionState.COMMITTED;
        return decided ? Verdict.COMMIT : verdict;
    }

    /** What is called begins a transaction of its own, where the run is of that kind. */
    void nested(ServiceInstance at, GlobalTransactions library, BranchContext context, Leg leg) {
        if (kind == Kind.NESTED) {
            customers.nested(at, library, context, leg);
        }
    }

    /** A clock that is wrong. */
    DriftingClock clock(Dice dice) {
        return new DriftingClock(
                scheduler,
                BEGINNING,
                dice.between(-5_000_000, 5_000_000),
                dice.between(-wildness.drift(), wildness.drift()));
    }

    /** The clock of deadlines, which without the rule decide-by never come. */
    Clock deadlineClock(DriftingClock clock) {
        if (!rules.lack(Rule.DECIDE_BY)) {
            return clock;
        }
        return new Clock() {
            @Override
            public Instant now() {
                return clock.now();
            }

            @Override
            public long nanos() {
                return 0;
            }
        };
    }

    boolean isDeadly(Dice dice) {
        return faults && dice.between(1, 1_000_000) <= wildness.deadlySteps();
    }

    /** An instance that was killed starts again after a while, or never while faults last. */
    void afterDeath(ServiceInstance dead) {
        if (faults) {
            chaos.afterDeath(dead);
        }
    }

    boolean kindUsesXa() {
        return kind == Kind.XA || kind == Kind.MIXED;
    }

    SimulatedService service(String name) {
        return services.get(name.charAt(1) - '1');
    }

    List<SimulatedService> services() {
        return services;
    }

    Sagas sagas() {
        return sagas;
    }

    Operators operators() {
        return operators;
    }

    boolean hasFaults() {
        return faults;
    }

    Kind kind() {
        return kind;
    }

    Rules rules() {
        return rules;
    }

    Wildness wildness() {
        return wildness;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Fibers fibers() {
        return fibers;
    }

    ServiceNetwork network() {
        return network;
    }

    ServiceAuditor auditor() {
        return auditor;
    }

    void log(Supplier<String> text) {
        events.line(text);
    }

    /** Its log. */
    public EventLog events() {
        return events;
    }

    /** How many events ran. */
    public long steps() {
        return scheduler.count();
    }

    /** How many changes of accounts were committed. */
    public long movements() {
        return auditor.movements() + sagaAuditor.movements();
    }

    /** How many messages had their effect. */
    public long messages() {
        return auditor.messages();
    }
}

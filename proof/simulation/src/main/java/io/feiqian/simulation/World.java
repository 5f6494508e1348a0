package io.feiqian.simulation;

import io.feiqian.ledger.AccountRow;
import io.feiqian.ledger.AccountStatus;
import io.feiqian.messaging.OutboxKey;
import io.feiqian.participant.BranchState;
import io.feiqian.routing.RouteMap;
import io.feiqian.simulation.audit.Auditor;
import io.feiqian.simulation.audit.Violation;
import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.events.DriftingClock;
import io.feiqian.simulation.events.EventLog;
import io.feiqian.simulation.events.Scheduler;
import io.feiqian.telemetry.Alarm;
import io.feiqian.transaction.AlarmKind;
import io.feiqian.transaction.Branch;
import io.feiqian.transaction.Decision;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The bank of one run and everything around it, on one thread and one virtual clock. Not
 * thread-safe.
 */
final class World {
    static final Instant BEGINNING = Instant.parse("2026-03-02T08:00:00Z");
    static final int FIRST_DAY = 20_260_302;

    private static final int CUSTOMERS_PER_CELL = 5;
    private static final long OPENING_BALANCE = 600;
    private static final String CONTRADICTION = AlarmKind.TRANSACTION_CONTRADICTION.alarmName();
    private static final String MISSING_MESSAGE =
            io.feiqian.messaging.AlarmKind.MESSAGE_CONTRADICTION.alarmName();
    private static final long REST_MICROS = 500_000;
    private static final long LONGEST_REST_MICROS = 60_000_000;

    private final Scheduler scheduler = new Scheduler();
    private final EventLog events;
    private final Auditor auditor = new Auditor();
    private final Rules rules;
    private final Settings settings;
    private final Topology topology;
    private final Network network;
    private final List<Cell> cells = new ArrayList<>();
    private final List<AccountNumber> customers = new ArrayList<>();
    private final Workload workload;
    private final List<Operator> operators = new ArrayList<>();
    private final Chaos chaos;
    private final Map<Order, Integer> copies = new HashMap<>();
    private boolean faults = true;
    private Optional<Violation> found = Optional.empty();

    World(long seed, Rules rules, int orders, boolean logged) {
        Dice dice = new Dice(seed);
        this.rules = rules;
        this.settings = Settings.drawn(dice.part());
        this.events = new EventLog(scheduler, logged);
        this.network = new Network(scheduler, dice.part());
        this.topology = new Topology(RouteMap.evenly(settings.cells()));
        Feed feed = new Feed(auditor);
        for (int number = 1; number <= settings.cells(); number++) {
            cells.add(newCell(number, dice.part(), feed));
        }
        for (Cell each : cells) {
            for (int i = 1; i <= settings.instances(); i++) {
                each.instances().add(new Instance(this, each, i, dice.part()));
            }
            operators.add(new Operator(this, each, dice.part()));
        }
        this.workload = new Workload(this, orders, dice.part());
        this.chaos = new Chaos(this, dice.part());
        network.behave(settings.losePerMille(), settings.repeatPerMille(), settings.slowPerMille());
    }

    /** Runs until everything has come to rest; a {@link Violation} is thrown where one is found. */
    void run() {
        workload.begin();
        chaos.begin();
        operators.forEach(Operator::begin);
        runUntil(settings.faultMicros());
        log(() -> "faults end");
        faults = false;
        chaos.end();
        long latest = scheduler.now() + LONGEST_REST_MICROS;
        List<String> unfinished = unfinished();
        while (!unfinished.isEmpty() && scheduler.now() < latest) {
            runUntil(scheduler.now() + REST_MICROS);
            unfinished = unfinished();
        }
        auditor.atRest(unfinished);
    }

    private void runUntil(long until) {
        while (scheduler.runNext(until)) {
            if (found.isPresent()) {
                throw found.get();
            }
            for (Cell each : cells) {
                if (each.database().deadlocks() > 0) {
                    throw new Violation("transactions of " + each.id() + " wait for each other");
                }
                for (Object name : each.database().waitedToShare()) {
                    if (Range.isLock(name)) {
                        throw new Violation(
                                "all works of %s wait for %s, which changes hands"
                                        .formatted(each.id(), name));
                    }
                }
            }
        }
    }

    /** An operator is called; a contradiction between durable facts is a finding. */
    void alarmed(String where, Alarm alarm) {
        log(() -> where + " alarm " + alarm.name() + ": " + alarm.detail());
        if (alarm.name().equals(CONTRADICTION) || alarm.name().equals(MISSING_MESSAGE)) {
            find(new Violation("two durable facts contradict each other: " + alarm.detail()));
        }
    }

    /** Hands a result on; what goes wrong on the way is a finding. */
    <T> void guarded(CompletableFuture<T> result, Consumer<T> next) {
        var _ =
                result.thenAccept(next)
                        .exceptionally(fault -> {
                            find(new Violation("a fault of ours: " + fault));
                            return null;
                        });
    }

    private void find(Violation violation) {
        if (found.isEmpty()) {
            found = Optional.of(violation);
        }
    }

    Scheduler scheduler() {
        return scheduler;
    }

    EventLog events() {
        return events;
    }

    void log(Supplier<String> text) {
        events.line(text);
    }

    Auditor auditor() {
        return auditor;
    }

    Rules rules() {
        return rules;
    }

    Settings settings() {
        return settings;
    }

    Topology topology() {
        return topology;
    }

    Network network() {
        return network;
    }

    List<Cell> cells() {
        return cells;
    }

    List<AccountNumber> customers() {
        return customers;
    }

    /** How many copies of an order may still take effect, whoever sent them. */
    Map<Order, Integer> copies() {
        return copies;
    }

    /** Whether faults still happen. */
    boolean hasFaults() {
        return faults;
    }

    /** By how many millionths clocks go wrong. */
    int drift() {
        return settings.drift();
    }

    /** How often, in a thousand steps out of a thousand, an instance dies at one. */
    int deadlySteps() {
        return faults ? settings.deadlySteps() : 0;
    }

    /** The cell that owns a slot. */
    Cell owner(Slot slot) {
        return cells.get(topology.owner(slot).number() - 1);
    }

    /** The epoch of a slot as everybody could know it. */
    Epoch epoch(Slot slot) {
        return Range.of(slot, owner(slot).ranges()).map(Range::epoch).orElse(Epoch.FIRST);
    }

    /** An instance is killed; it starts again after a while. */
    void crash(Instance instance) {
        instance.crash();
        scheduler.after(chaos.downMicros(), instance::start);
    }

    /** How many events ran. */
    long steps() {
        return scheduler.count();
    }

    private List<String> unfinished() {
        List<String> unfinished = new ArrayList<>(workload.unfinished());
        for (Operator each : operators) {
            each.unfinished().ifPresent(unfinished::add);
        }
        for (Cell cell : cells) {
            for (Object row : cell.database().visible(Tables.DECISION).values()) {
                if (((Decision) row).finishedAt() == 0) {
                    unfinished.add(cell.id() + " " + row);
                }
            }
            for (Object row : cell.database().visible(Tables.BRANCH).values()) {
                if (((Branch) row).state() == BranchState.TRIED) {
                    unfinished.add(cell.id() + " " + row);
                }
            }
            for (Object row : cell.database().visible(Tables.OUTBOX_KEY).values()) {
                if (!((OutboxKey) row).isIdle()) {
                    unfinished.add(cell.id() + " " + row);
                }
            }
            for (Instance each : cell.instances()) {
                if (each.waiting() > 0) {
                    unfinished.add(cell.id() + " has works waiting");
                }
            }
        }
        return unfinished;
    }

    private Cell newCell(int number, Dice dice, Feed feed) {
        CellId id = new CellId(number);
        DriftingClock clock =
                new DriftingClock(
                        scheduler,
                        BEGINNING,
                        dice.between(-5_000_000, 5_000_000),
                        dice.between(-drift(), drift()));
        Database database =
                new Database(
                        id.toString(),
                        scheduler,
                        dice.part(),
                        events,
                        clock,
                        settings.traits(rules));
        List<SlotRange> owned =
                topology.map().ownedBy(id).stream().map(route -> route.slots()).toList();
        SlotRange regular = owned.getFirst();
        int first = regular.first().number();
        int middle = first + regular.size() / 2;
        load(database, 1, SlotRange.of(first, middle - 1));
        load(database, 2, SlotRange.of(middle, regular.last().number()));
        load(database, 3, owned.getLast());
        database.load(Tables.DAY, 1, new Tables.Day(FIRST_DAY, FIRST_DAY - 1));
        openAccounts(id, database, feed, first, middle, dice);
        feed.watch(number, database);
        return new Cell(id, database, dice.part(), rules);
    }

    private static void load(Database database, int id, SlotRange slots) {
        database.load(Tables.OWNERSHIP, id, new Range(id, slots, SlotState.OPEN, Epoch.FIRST));
    }

    private void openAccounts(
            CellId id, Database database, Feed feed, int first, int middle, Dice dice) {
        long sum = 0;
        for (int i = 0; i < CUSTOMERS_PER_CELL; i++) {
            Slot slot = new Slot((i % 2 == 0 ? first : middle) + i);
            AccountNumber number = AccountNumber.of(slot, AccountNumber.Kind.CUSTOMER, i);
            long balance = i == CUSTOMERS_PER_CELL - 1 ? 0 : OPENING_BALANCE;
            open(id, database, feed, number, 1_000 + i, balance, dice.between(0, 1) * 200L);
            customers.add(number);
            sum += balance;
        }
        AccountNumber cash = cash(id);
        open(id, database, feed, cash, 0, -sum, 0);
    }

    /** The cash desk of a cell. */
    static AccountNumber cash(CellId cell) {
        return AccountNumber.of(Slot.pinnedTo(cell), AccountNumber.Kind.CASH, 1);
    }

    private static void open(
            CellId cell,
            Database database,
            Feed feed,
            AccountNumber number,
            long customer,
            long balance,
            long limit) {
        AccountRow row =
                new AccountRow(
                        number.number(),
                        customer,
                        Currency.CNY.number(),
                        AccountStatus.OPEN,
                        balance,
                        0,
                        0,
                        limit,
                        0,
                        "");
        database.load(Tables.ACCOUNT, number.number(), row);
        feed.opened(cell.number(), row);
    }
}

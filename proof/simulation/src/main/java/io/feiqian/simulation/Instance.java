package io.feiqian.simulation;

import io.feiqian.messaging.Delivery;
import io.feiqian.messaging.DeliveryReply;
import io.feiqian.messaging.OutboxKey;
import io.feiqian.participant.BranchState;
import io.feiqian.simulation.database.Reply;
import io.feiqian.simulation.database.Session;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.events.DriftingClock;
import io.feiqian.storage.Answer;
import io.feiqian.transaction.Branch;
import io.feiqian.transaction.Decision;
import io.feiqian.transaction.DecisionState;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.transaction.PeerReply;
import io.feiqian.vocabulary.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One instance of a cell: a process that can be killed at any step and started again with nothing
 * but what the database holds. Not thread-safe.
 */
final class Instance {
    private static final long SCAN_MICROS = 400_000;
    private static final long KEEP_DECISIONS_MILLIS = 40_000;
    private static final long KEEP_BRANCHES_MILLIS = 40_000;
    private static final long GRACE_MILLIS = 200;

    private final World world;
    private final Cell cell;
    private final String name;
    private final Dice dice;
    private Life life;
    private Session scans;

    Instance(World world, Cell cell, int number, Dice dice) {
        this.world = world;
        this.cell = cell;
        this.name = cell.id() + "/" + number;
        this.dice = dice;
        this.life = newLife();
        this.scans = cell.database().connect();
        life.process().later(dice.between(1, (int) SCAN_MICROS), this::scan);
    }

    boolean isAlive() {
        return life.process().isAlive();
    }

    /** How many works wait here. */
    int waiting() {
        return isAlive() ? life.commit().waiting() : 0;
    }

    /** It is killed, at once. */
    void crash() {
        if (isAlive()) {
            world.log(() -> name + " is killed");
            life.end();
            scans.lose();
        }
    }

    /** It does nothing for a while and then goes on as if nothing had happened. */
    void holdUp(long micros) {
        world.log(() -> name + " is held up");
        life.process().holdUp(micros);
    }

    /** It starts again. */
    void start() {
        if (!isAlive()) {
            world.log(() -> name + " starts");
            life = newLife();
            scans = cell.database().connect();
            life.process().later(dice.between(1, (int) SCAN_MICROS), this::scan);
        }
    }

    /** Takes a client's order. */
    void take(Order order, Optional<Epoch> epoch, Duration wanted, Consumer<Answer> answer) {
        Life here = life;
        here.process().run(() -> world.guarded(here.teller().take(order, epoch, wanted), answer));
    }

    /** Takes a message of another instance. */
    void receive(PeerMessage message, Consumer<PeerReply> reply) {
        Life here = life;
        here.process()
                .run(() -> world.guarded(here.transactions().receive(rewritten(message)), reply));
    }

    /** Takes a message of an outbox. */
    void deliver(Delivery delivery, Consumer<DeliveryReply> reply) {
        Life here = life;
        here.process().run(() -> world.guarded(here.mail().messages().receive(delivery), reply));
    }

    /** The message; with the first attempt's keys for every attempt where attempts have none. */
    private PeerMessage rewritten(PeerMessage message) {
        return world.rules().lack(Rule.ATTEMPT) && message.kind() != PeerMessage.Kind.INQUIRY
                ? Messages.ofFirstAttempt(message)
                : message;
    }

    private Life newLife() {
        DriftingClock clock =
                new DriftingClock(
                        world.scheduler(),
                        World.BEGINNING,
                        dice.between(-30_000_000, 30_000_000),
                        dice.between(-world.drift(), world.drift()));
        SimulatedProcess process = new SimulatedProcess(world.scheduler(), clock, this::diesHere);
        return new Life(world, cell, name, process, dice.part());
    }

    private boolean diesHere() {
        if (dice.perMille(1) && dice.perMille(world.deadlySteps())) {
            world.crash(this);
            return true;
        }
        return false;
    }

    /** Looks for what this or another instance left behind, and for the day. */
    private void scan() {
        long now = cell.database().clock().millis();
        scans.execute(
                List.of(
                        new Statement.Scan(Tables.DECISION, row -> isLeft((Decision) row, now)),
                        new Statement.Scan(Tables.BRANCH, row -> isOverdue((Branch) row, now)),
                        new Statement.Scan(Tables.DECISION, row -> isOld((Decision) row, now)),
                        new Statement.Scan(Tables.BRANCH, row -> isOld((Branch) row, now)),
                        new Statement.Read(Tables.DAY, List.of(1)),
                        new Statement.Now(),
                        new Statement.Scan(
                                Tables.OUTBOX_KEY,
                                row -> SimulatedMail.isLeft((OutboxKey) row, now)),
                        new Statement.Scan(
                                Tables.OUTBOX_KEY, row -> SimulatedMail.isDead((OutboxKey) row))),
                reply -> life.process().run(() -> scanned(reply)));
    }

    private void scanned(Reply reply) {
        if (!(reply instanceof Reply.Done done)) {
            scans.lose();
            scans = cell.database().connect();
            life.process().later(SCAN_MICROS, this::scan);
            return;
        }
        List<Decision> decisions = new ArrayList<>();
        List<Branch> branches = new ArrayList<>();
        rows(done, 0).forEach(row -> decisions.add((Decision) row));
        rows(done, 1).forEach(row -> branches.add((Branch) row));
        life.opened((Tables.Day) done.result(4, Map.class).values().iterator().next());
        life.transactions()
                .takeUp(decisions, branches, done.result(5, Statement.Tick.class).millis());
        life.mail().takeUp(keys(done, 6), keys(done, 7));
        clean(rows(done, 2), rows(done, 3));
    }

    /** Deletes finished rows that are old enough (cleaning). */
    private void clean(List<?> decisions, List<?> branches) {
        List<Object> traces = new ArrayList<>();
        List<Object> keys = new ArrayList<>();
        decisions.forEach(row -> traces.add(((Decision) row).trace()));
        branches.forEach(row -> keys.add(((Branch) row).key()));
        scans.commit(
                List.of(
                        new Statement.Delete(Tables.DECISION, traces),
                        new Statement.Delete(Tables.BRANCH, keys)),
                reply ->
                        life.process()
                                .run(() -> {
                                    if (!(reply instanceof Reply.Done)) {
                                        scans.lose();
                                        scans = cell.database().connect();
                                    }
                                    life.process().later(SCAN_MICROS, this::scan);
                                }));
    }

    private static boolean isLeft(Decision row, long now) {
        return row.finishedAt() == 0 && row.decideBy() + GRACE_MILLIS < now;
    }

    private static boolean isOverdue(Branch row, long now) {
        return row.state() == BranchState.TRIED && row.decideBy() < now;
    }

    /** What is final stays as long as its trace number is recognised: longer than a run. */
    private boolean isOld(Decision row, long now) {
        if (world.rules().lack(Rule.CLEANING)) {
            return row.decideBy() < now;
        }
        return row.finishedAt() > 0
                && row.state() == DecisionState.ABORTED
                && row.finishedAt() + KEEP_DECISIONS_MILLIS < now
                && row.decideBy() + KEEP_DECISIONS_MILLIS < now;
    }

    private static boolean isOld(Branch row, long now) {
        return row.state() != BranchState.TRIED
                && row.finishedAt() + KEEP_BRANCHES_MILLIS < now
                && row.decideBy() + KEEP_BRANCHES_MILLIS < now;
    }

    private static List<OutboxKey> keys(Reply.Done done, int statement) {
        List<OutboxKey> keys = new ArrayList<>();
        rows(done, statement).forEach(row -> keys.add((OutboxKey) row));
        return keys;
    }

    private static List<?> rows(Reply.Done done, int statement) {
        return done.result(statement, List.class);
    }
}

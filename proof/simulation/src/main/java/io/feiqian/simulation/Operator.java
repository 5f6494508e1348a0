package io.feiqian.simulation;

import io.feiqian.participant.BranchState;
import io.feiqian.simulation.database.Reply;
import io.feiqian.simulation.database.Session;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.simulation.events.Dice;
import io.feiqian.transaction.Branch;
import io.feiqian.transaction.Decision;
import io.feiqian.vocabulary.SlotState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who changes what a cell's slots admit, and its business day: every change in one transaction
 * under the exclusive lock, tried again until it is known to have happened. Not thread-safe.
 */
final class Operator {
    private static final int NO_RANGE = 0;
    private static final long AGAIN_MICROS = 150_000;
    private static final long MOVED_MICROS = 400_000;

    private final World world;
    private final Cell cell;
    private final Dice dice;
    private int closing = NO_RANGE;

    Operator(World world, Cell cell, Dice dice) {
        this.world = world;
        this.cell = cell;
        this.dice = dice;
    }

    /** Begins to change things now and then. */
    void begin() {
        world.scheduler().after(dice.between(100_000, 3_000_000), this::maybeHandOver);
        world.scheduler().after(dice.between(500_000, 6_000_000), this::openNextDay);
    }

    /** What it has begun and not finished. */
    Optional<String> unfinished() {
        return closing == NO_RANGE
                ? Optional.empty()
                : Optional.of(cell.id() + " range " + closing + " never empties");
    }

    private void maybeHandOver() {
        if (!world.hasFaults()) {
            return;
        }
        int id = dice.between(1, 2);
        closing = id;
        SlotState first =
                dice.perMille(800)
                        ? SlotState.DRAINING
                        : dice.oneOf(List.of(SlotState.CREDIT_ONLY, SlotState.QUARANTINED));
        set(id, any -> true, first, () -> later(AGAIN_MICROS, () -> afterFirst(id, first)));
    }

    private void afterFirst(int id, SlotState first) {
        if (first == SlotState.DRAINING) {
            emptied(id);
        } else {
            later(MOVED_MICROS, () -> reopen(id));
        }
    }

    /** Gives the slots up once nothing in them is unfinished; looked at under the lock. */
    private void emptied(int id) {
        set(
                id,
                results -> isEmpty(results, 1) && isEmpty(results, 2),
                SlotState.MOVING,
                () -> later(dice.between(1, (int) MOVED_MICROS), () -> reopen(id)));
    }

    private void reopen(int id) {
        set(
                id,
                any -> true,
                SlotState.OPEN,
                () -> {
                    closing = NO_RANGE;
                    later(dice.between(200_000, 3_000_000), this::maybeHandOver);
                });
    }

    /** Sets a range's state where what it finds under the lock admits it, and tries until so. */
    private void set(
            int id, Function<Reply.Done, Boolean> admitted, SlotState state, Runnable then) {
        Range before = range(id);
        if (before.state() == state) {
            then.run();
            return;
        }
        Runnable again = () -> later(AGAIN_MICROS, () -> set(id, admitted, state, then));
        Session session = cell.database().connect();
        session.execute(
                List.of(
                        new Statement.Exclusive(before.lock()),
                        new Statement.Scan(
                                Tables.BRANCH, row -> isUnfinished((Branch) row, before)),
                        new Statement.Scan(
                                Tables.DECISION, row -> isUnfinished((Decision) row, before))),
                reply -> {
                    if (reply instanceof Reply.Done done && admitted.apply(done)) {
                        Range after = range(id).next(state);
                        world.log(() -> cell.id() + " sets " + after);
                        Row row = new Row(id, after);
                        session.commit(
                                List.of(new Statement.Update(Tables.OWNERSHIP, List.of(row))),
                                committed -> {
                                    if (committed instanceof Reply.Done) {
                                        then.run();
                                    } else {
                                        again.run();
                                    }
                                });
                    } else {
                        session.rollback();
                        again.run();
                    }
                });
    }

    /** The next day is opened here; the last one is closed once nothing here waits for it. */
    private void openNextDay() {
        changeDay(
                List.of(),
                (day, done) -> new Tables.Day(day.open() + 1, day.closedThrough()),
                day -> day.open() > World.FIRST_DAY,
                () -> later(dice.between(50_000, 2_000_000), this::closeLastDay));
    }

    private void closeLastDay() {
        List<Statement> tried =
                List.of(
                        new Statement.Scan(
                                Tables.BRANCH,
                                row ->
                                        ((Branch) row).state() == BranchState.TRIED
                                                && ((Branch) row).businessDate().number()
                                                        <= World.FIRST_DAY));
        changeDay(
                tried,
                (day, done) -> isEmpty(done, 2) ? new Tables.Day(day.open(), World.FIRST_DAY) : day,
                day -> day.closedThrough() == World.FIRST_DAY,
                () -> {});
    }

    /** What becomes of a day, by what was found under its lock. */
    private interface Change {
        Tables.Day of(Tables.Day day, Reply.Done found);
    }

    private void changeDay(
            List<Statement> looks,
            Change change,
            Function<Tables.Day, Boolean> goal,
            Runnable then) {
        if (goal.apply(cell.day())) {
            then.run();
            return;
        }
        Runnable again = () -> later(AGAIN_MICROS, () -> changeDay(looks, change, goal, then));
        List<Statement> statements = new ArrayList<>();
        statements.add(new Statement.Exclusive(Tables.DAY_LOCK));
        statements.add(new Statement.Read(Tables.DAY, List.of(1)));
        statements.addAll(looks);
        Session session = cell.database().connect();
        session.execute(
                statements,
                reply -> {
                    if (!(reply instanceof Reply.Done done)) {
                        again.run();
                        return;
                    }
                    Tables.Day before =
                            (Tables.Day) done.result(1, Map.class).values().iterator().next();
                    Tables.Day after = change.of(before, done);
                    if (goal.apply(before) || !goal.apply(after)) {
                        session.rollback();
                        again.run();
                        return;
                    }
                    world.log(() -> cell.id() + " sets " + after);
                    session.commit(
                            List.of(new Statement.Update(Tables.DAY, List.of(new Row(1, after)))),
                            committed -> again.run());
                });
    }

    private static boolean isEmpty(Reply.Done found, int statement) {
        return found.result(statement, List.class).isEmpty();
    }

    private static boolean isUnfinished(Branch branch, Range range) {
        return branch.state() == BranchState.TRIED && range.slots().contains(branch.slot());
    }

    private static boolean isUnfinished(Decision decision, Range range) {
        return decision.finishedAt() == 0 && range.slots().contains(decision.trace().home());
    }

    private Range range(int id) {
        return (Range)
                java.util.Objects.requireNonNull(cell.database().visible(Tables.OWNERSHIP).get(id));
    }

    private void later(long micros, Runnable action) {
        world.scheduler().after(micros, action);
    }
}

package io.feiqian.simulation.services;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchKind;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.DecisionState;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.simulation.Kind;
import io.feiqian.simulation.Rule;
import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.database.Database.Spot;
import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.jdbc.BranchLine;
import io.feiqian.simulation.jdbc.DecisionLine;
import io.feiqian.simulation.services.Rows.Account;
import io.feiqian.simulation.services.Rows.Effect;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What people do: rows are cleaned by age; a program writes past the locks, and takes it back; a
 * branch is lost from a database, and restored.
 */
final class Operators {
    private static final int CLEAN_MICROS = 700_000;
    private static final int HARM_MICROS = 300_000;
    private static final long BLIND = 7;

    private final ServiceWorld world;
    private final Dice dice;
    private final boolean forgets;
    private final boolean blind;
    private int repairing;

    Operators(ServiceWorld world, Dice dice) {
        this.world = world;
        this.dice = dice;
        boolean forgetful =
                world.rules().lack(Rule.UNKNOWN_BRANCH) || world.rules().lack(Rule.XA_GID);
        this.forgets = dice.perMille(forgetful ? 900 : 100);
        this.blind =
                world.kind() == Kind.SQL
                        && dice.perMille(world.rules().lack(Rule.DIRTY_ROW) ? 900 : 150);
    }

    boolean mayForget() {
        return forgets;
    }

    boolean mayDirty() {
        return blind;
    }

    List<String> unfinished() {
        return repairing == 0 ? List.of() : List.of("an operator is at work");
    }

    void begin() {
        every(CLEAN_MICROS, this::clean);
        if (forgets) {
            every(HARM_MICROS, this::forget);
        }
        if (blind) {
            every(HARM_MICROS, this::writeBlindly);
        }
    }

    private void every(int micros, Runnable work) {
        world.scheduler()
                .after(
                        dice.between(1, 2 * micros),
                        () -> {
                            if (world.hasFaults()) {
                                work.run();
                                every(micros, work);
                            }
                        });
    }

    private void clean() {
        dice.oneOf(world.services())
                .any(dice)
                .serve(library -> {
                    try {
                        var _ = library.cleanNow();
                    } catch (SQLException later) {
                        world.log(() -> "cleaning failed: " + later.getMessage());
                    }
                });
    }

    /** A decided branch that is not confirmed yet is gone for a while, as after a wrong restore. */
    private void forget() {
        SimulatedService at = dice.oneOf(world.services());
        Database database = at.database();
        for (Object row : List.copyOf(database.visible(BranchLine.TABLE).values())) {
            BranchLine line = (BranchLine) row;
            boolean reserved =
                    line.kind() == BranchKind.TCC.number() && line.state() == BranchState.TRIED;
            if (reserved && isDecided(line.key()) && forget(at, line)) {
                return;
            }
        }
        for (String id : database.prepared()) {
            if (database.hide(id)) {
                world.log(() -> at.name() + " does not list " + id);
                repairing++;
                later(() -> {
                    database.unhide(id);
                    repairing--;
                });
                return;
            }
        }
    }

    private void later(Runnable work) {
        world.scheduler().after(dice.between(500_000, 4_000_000), work);
    }

    /** The row and what was done in its commit. */
    private boolean forget(SimulatedService at, BranchLine line) {
        Database database = at.database();
        Map<Spot, Optional<Object>> lost = new LinkedHashMap<>();
        lost.put(new Spot(BranchLine.TABLE, line.key()), Optional.empty());
        Map<Spot, Optional<Object>> kept = new LinkedHashMap<>();
        kept.put(new Spot(BranchLine.TABLE, line.key()), Optional.of(line));
        String account = "";
        long amount = 0;
        for (Map.Entry<Object, Object> each : database.visible(Rows.EFFECT).entrySet()) {
            Effect effect = (Effect) each.getValue();
            // The own share of a branch's initiator has the same key, and another commit.
            if (effect.key().equals(line.key()) && effect.what() == Rows.What.TRIED) {
                Spot spot = new Spot(Rows.EFFECT, each.getKey());
                lost.put(spot, Optional.empty());
                kept.put(spot, Optional.of(effect));
                account = effect.account();
                amount = effect.amount();
            }
        }
        if (account.isEmpty() || isImaged(database, account)) {
            return false;
        }
        Spot spot = new Spot(Rows.ACCOUNT, account);
        lost.put(spot, Optional.of(reserved(database, account, -amount)));
        if (!database.changeNow(lost)) {
            return false;
        }
        world.log(() -> at.name() + " forgets " + line);
        repairing++;
        long back = amount;
        later(() -> restore(database, line, kept, spot, back));
        return true;
    }

    /** Under images of somebody, who would take the change for a blind one, and rightly. */
    private static boolean isImaged(Database database, String account) {
        return database.visible(Rows.LOCK).containsKey(account);
    }

    private static Account account(Database database, String id) {
        return database.visible(Rows.ACCOUNT).get(id) instanceof Account found
                ? found
                : new Account(0, 0);
    }

    private static Object reserved(Database database, String account, long more) {
        Account now = account(database, account);
        return new Account(now.balance(), now.reserved() + more);
    }

    /** A try that came again has made it anew: then there is nothing to restore. */
    private void restore(
            Database database,
            BranchLine line,
            Map<Spot, Optional<Object>> kept,
            Spot account,
            long amount) {
        kept.put(account, Optional.of(reserved(database, (String) account.id(), amount)));
        boolean free = !isImaged(database, (String) account.id());
        if (database.visible(BranchLine.TABLE).containsKey(line.key())
                || (free && database.changeNow(kept))) {
            repairing--;
        } else {
            world.scheduler().after(100_000, () -> restore(database, line, kept, account, amount));
        }
    }

    private boolean isDecided(BranchKey key) {
        return world.services().stream()
                .map(each -> each.database().visible(DecisionLine.TABLE).get(key.trace()))
                .anyMatch(row ->
                        row instanceof DecisionLine line
                                && line.state() == DecisionState.COMMITTED
                                && line.attempt() == key.attempt()
                                && line.branches().stream()
                                        .anyMatch(each -> each.branch() == key.branch()));
    }

    /** A program that knows nothing of the locks; its owner takes it back later. */
    private void writeBlindly() {
        Database database = dice.oneOf(world.services()).database();
        for (Map.Entry<Object, Object> each : List.copyOf(database.visible(Rows.LOCK).entrySet())) {
            String account = (String) each.getKey();
            if (add(database, account, BLIND)) {
                world.log(() -> database.name() + " is written blindly: " + account);
                repairing++;
                later(() -> takeBack(database, account, (BranchKey) each.getValue()));
            }
            return;
        }
    }

    /** Not under somebody else's images, which have seen it. */
    private void takeBack(Database database, String account, BranchKey key) {
        Object holder = database.visible(Rows.LOCK).get(account);
        boolean others = holder != null && !holder.equals(key);
        if (!others && add(database, account, -BLIND)) {
            world.log(() -> database.name() + " is as it was: " + account);
            repairing--;
            retryStopped(5);
        } else {
            world.scheduler().after(100_000, () -> takeBack(database, account, key));
        }
    }

    /** Whoever stopped goes on; some hear of it later. */
    private void retryStopped(int times) {
        world.services()
                .forEach(each ->
                        each.instances()
                                .forEach(one ->
                                        one.library().ifPresent(GlobalTransactions::retryStopped)));
        if (times > 0) {
            world.scheduler().after(2_000_000, () -> retryStopped(times - 1));
        }
    }

    private static boolean add(Database database, String account, long amount) {
        Account now = account(database, account);
        return database.changeNow(
                Map.of(
                        new Spot(Rows.ACCOUNT, account),
                        Optional.of(new Account(now.balance() + amount, now.reserved()))));
    }
}

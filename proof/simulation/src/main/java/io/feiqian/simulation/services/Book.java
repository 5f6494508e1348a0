package io.feiqian.simulation.services;

import io.feiqian.participant.BranchCall;
import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.spi.MessageAction;
import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.simulation.services.Rows.Account;
import io.feiqian.simulation.services.Rows.Effect;
import io.feiqian.simulation.services.Rows.What;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What a simulated service does with its accounts: the users' code of the library. */
final class Book {
    /** The name of every action. */
    static final String ACTION = "add";

    private static final String HELD = "55P03";

    private final LongSupplier ids;

    /** A book whose effects are numbered so. */
    Book(LongSupplier ids) {
        this.ids = ids;
    }

    ServiceActions actions(Undo undo) {
        return ServiceActions.none()
                .with(new Reservation())
                .with(new Reversible())
                .with(new Taken())
                .with(undo);
    }

    /** The own share, in the commit of the decision. */
    Content own(Connection on, BranchKey key, Leg leg) throws SQLException {
        move(on, key, leg, leg.amount(), 0, true);
        effect(on, key, What.OWN, leg);
        return Content.ofText("own " + leg.amount());
    }

    /** Statements without more, for a branch that the database keeps prepared. */
    Content statements(Connection on, BranchKey key, Leg leg) throws SQLException {
        move(on, key, leg, leg.amount(), 0, true);
        effect(on, key, What.DONE, leg);
        return Content.ofText("done " + leg.amount());
    }

    long effect(Connection on, BranchKey key, What what, Leg leg) throws SQLException {
        long id = ids.getAsLong();
        Rows.insert(
                on,
                Rows.EFFECT,
                id,
                new Effect(key, what, leg.content().digest(), leg.account(), leg.amount()));
        return id;
    }

    /** Locks the account, and finds it free of other branches' statements (no-foreign-locks). */
    static Account locked(Connection on, BranchKey key, String account) throws SQLException {
        Account row =
                Rows.lock(on, Rows.ACCOUNT, account, Account.class)
                        .orElseThrow(() ->
                                new RefusedException(
                                        OutcomeCode.UNKNOWN_ACCOUNT, "account: " + account));
        Optional<BranchKey> holder = Rows.read(on, Rows.LOCK, account, BranchKey.class);
        if (holder.isPresent() && !holder.get().equals(key)) {
            throw new SQLException("row: held by branch " + holder.get(), HELD);
        }
        return row;
    }

    static void requireFunds(Leg leg, Account row) {
        if (leg.amount() < 0 && row.balance() + Math.min(row.reserved(), 0) + leg.amount() < 0) {
            throw new RefusedException(OutcomeCode.INSUFFICIENT_FUNDS, "balance: " + row.balance());
        }
    }

    private static void move(
            Connection on, BranchKey key, Leg leg, long balance, long reserved, boolean checked)
            throws SQLException {
        Account row = locked(on, key, leg.account());
        if (checked) {
            requireFunds(leg, row);
        }
        Rows.put(
                on,
                Rows.ACCOUNT,
                leg.account(),
                new Account(row.balance() + balance, row.reserved() + reserved));
    }

    private final class Reservation implements TccAction {
        @Override
        public String name() {
            return ACTION;
        }

        @Override
        public Content attempt(Connection on, BranchCall call) throws SQLException {
            Leg leg = Leg.read(call.content());
            move(on, call.key(), leg, 0, leg.amount(), true);
            effect(on, call.key(), What.TRIED, leg);
            return Content.ofText("tried " + leg.amount());
        }

        @Override
        public void confirm(Connection on, BranchCall call) throws SQLException {
            Leg leg = Leg.read(call.content());
            move(on, call.key(), leg, leg.amount(), -leg.amount(), false);
            effect(on, call.key(), What.CONFIRMED, leg);
        }

        @Override
        public void cancel(Connection on, BranchCall call) throws SQLException {
            Leg leg = Leg.read(call.content());
            move(on, call.key(), leg, 0, -leg.amount(), false);
            effect(on, call.key(), What.CANCELLED, leg);
        }
    }

    private final class Reversible implements ReversibleAction {
        @Override
        public String name() {
            return ACTION;
        }

        @Override
        public Content forward(Connection on, BranchCall call) throws SQLException {
            Leg leg = Leg.read(call.content());
            return statements(on, call.key(), leg);
        }

        @Override
        public void reverse(Connection on, BranchCall call) throws SQLException {
            Leg leg = Leg.read(call.content());
            move(on, call.key(), leg, -leg.amount(), 0, false);
            effect(on, call.key(), What.REVERSED, leg);
        }
    }

    private final class Taken implements MessageAction {
        @Override
        public String name() {
            return ACTION;
        }

        @Override
        public void take(Connection on, BranchCall message) throws SQLException {
            Leg leg = Leg.read(message.content());
            move(on, message.key(), leg, leg.amount(), 0, false);
            effect(on, message.key(), What.TAKEN, leg);
        }
    }
}

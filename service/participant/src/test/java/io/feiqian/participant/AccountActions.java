package io.feiqian.participant;

import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.ReversibleMessageAction;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A small service that keeps accounts, as a user would write it: content is "account:amount". */
final class AccountActions {
    static final String TABLE =
            "create table account (id bigint primary key, balance bigint not null,"
                    + " held bigint not null default 0)";

    private AccountActions() {}

    static ServiceActions all() {
        return ServiceActions.none().with(new Credit()).with(new CreditAtOnce()).with(new Taken());
    }

    static Content order(long account, long amount) {
        return Content.ofText(account + ":" + amount);
    }

    /** Adds to a balance; refused where that is not there or would be below zero. */
    static Content change(Connection connection, long account, long amount) throws SQLException {
        try (PreparedStatement update =
                        connection.prepareStatement(
                                "update account set balance = balance + ? where id = ?");
                PreparedStatement read =
                        connection.prepareStatement("select balance from account where id = ?")) {
            update.setLong(1, amount);
            update.setLong(2, account);
            read.setLong(1, account);
            if (update.executeUpdate() != 1) {
                throw new RefusedException(OutcomeCode.UNKNOWN_ACCOUNT, "account: " + account);
            }
            try (ResultSet row = read.executeQuery()) {
                row.next();
                if (row.getLong(1) < 0) {
                    throw new RefusedException(
                            OutcomeCode.INSUFFICIENT_FUNDS, "balance: " + row.getLong(1));
                }
                return Content.ofText("balance " + row.getLong(1));
            }
        }
    }

    private static void hold(Connection connection, long account, long amount) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update account set held = held + ? where id = ?")) {
            update.setLong(1, amount);
            update.setLong(2, account);
            if (update.executeUpdate() != 1) {
                throw new RefusedException(OutcomeCode.UNKNOWN_ACCOUNT, "account: " + account);
            }
        }
    }

    private static long account(BranchCall call) {
        return Long.parseLong(call.content().text().split(":", 2)[0]);
    }

    private static long amount(BranchCall call) {
        return Long.parseLong(call.content().text().split(":", 2)[1]);
    }

    private static final class Credit implements TccAction {
        @Override
        public String name() {
            return "credit";
        }

        @Override
        public Content attempt(Connection connection, BranchCall call) throws SQLException {
            hold(connection, account(call), amount(call));
            return Content.ofText("announced");
        }

        @Override
        public void confirm(Connection connection, BranchCall call) throws SQLException {
            hold(connection, account(call), -amount(call));
            change(connection, account(call), amount(call));
        }

        @Override
        public void cancel(Connection connection, BranchCall call) throws SQLException {
            hold(connection, account(call), -amount(call));
        }
    }

    private static final class CreditAtOnce implements ReversibleAction {
        @Override
        public String name() {
            return "credit-at-once";
        }

        @Override
        public Content forward(Connection connection, BranchCall call) throws SQLException {
            return change(connection, account(call), amount(call));
        }

        @Override
        public void reverse(Connection connection, BranchCall call) throws SQLException {
            change(connection, account(call), -amount(call));
        }
    }

    private static final class Taken implements ReversibleMessageAction {
        @Override
        public String name() {
            return "credit-message";
        }

        @Override
        public void take(Connection connection, BranchCall message) throws SQLException {
            change(connection, account(message), amount(message));
        }

        @Override
        public void reverse(Connection connection, BranchCall message) throws SQLException {
            change(connection, account(message), -amount(message));
        }
    }
}

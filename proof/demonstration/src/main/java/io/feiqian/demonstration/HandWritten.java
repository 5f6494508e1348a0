package io.feiqian.demonstration;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * How it is written by hand: take here, give there, and give back here where that seems to have
 * failed. Each step is a proper transaction of its database.
 */
final class HandWritten implements Way {
    private final HikariDataSource payers;
    private final HikariDataSource payees;

    HandWritten(Bank bank) throws SQLException {
        this.payers = bank.payers("hand_written");
        this.payees = bank.payees("hand_written");
    }

    @Override
    public String name() {
        return "hand-written";
    }

    @Override
    public Told transfer(int number, long payer, long payee, long amount, Fault fault)
            throws SQLException {
        add(payers, payer, -amount);
        if (fault == Fault.DIES_MIDWAY) {
            return Told.NOTHING;
        }
        if (fault != Fault.REQUEST_LOST) {
            add(payees, payee, amount);
        }
        if (fault == Fault.REQUEST_LOST || fault == Fault.ANSWER_LOST) {
            // The two cannot be told apart from here.
            add(payers, payer, amount);
            return Told.NOT_DONE;
        }
        return fault == Fault.DIES_AT_THE_END ? Told.NOTHING : Told.DONE;
    }

    private static void add(HikariDataSource database, long account, long amount)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            Bank.add(connection, account, amount);
            connection.commit();
        }
    }

    @Override
    public long settle() {
        return 0;
    }

    @Override
    public long payersGained() throws SQLException {
        return Bank.gained(payers);
    }

    @Override
    public long payeesGained() throws SQLException {
        return Bank.gained(payees);
    }

    @Override
    public void close() {
        payers.close();
        payees.close();
    }
}

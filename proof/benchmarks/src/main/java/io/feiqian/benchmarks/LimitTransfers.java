package io.feiqian.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The limit: two plain local transactions, one in each database, that are not atomic together. A
 * crash between the two loses money.
 */
final class LimitTransfers implements Variant {
    static final String NAME = "limit";

    private final HikariDataSource payers;
    private final HikariDataSource payees;

    LimitTransfers(BenchDatabase payers, BenchDatabase payees, int connections)
            throws SQLException {
        this.payers = PlainAccounts.pool(payers, NAME, connections);
        this.payees = PlainAccounts.pool(payees, NAME, connections);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean run(int payer, int payee, long number) throws SQLException {
        long amount = 1 + number % 100;
        leg(payers, payer, number, -amount);
        leg(payees, payee, number, amount);
        return true;
    }

    private static void leg(HikariDataSource pool, long account, long number, long amount)
            throws SQLException {
        try (Connection connection = pool.getConnection()) {
            try {
                PlainAccounts.post(connection, number, account, amount);
                connection.commit();
            } catch (SQLException failed) {
                connection.rollback();
                throw failed;
            }
        }
    }

    @Override
    public void close() {
        payers.close();
        payees.close();
    }
}

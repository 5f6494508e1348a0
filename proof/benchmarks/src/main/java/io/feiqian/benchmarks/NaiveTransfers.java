package io.feiqian.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.storage.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Transfers the way a service is usually written: each in a database transaction of its own, on a
 * pooled connection, statement by statement, every statement prepared.
 */
final class NaiveTransfers implements Variant {
    static final String NAME = "naive";
    private static final String SCHEMA = "naive";
    private static final long OPENING_BALANCE = 1_000_000_000L;
    private static final int PREPARE_AT_ONCE = 1;

    private static final String TABLES =
            """
            create schema naive;
            create table naive.account (
                id bigint primary key, balance bigint not null, status smallint not null,
                version bigint not null) with (fillfactor = 70);
            create table naive.journal (
                transfer_id bigint not null, account_id bigint not null, amount bigint not null,
                balance_after bigint not null, primary key (transfer_id, account_id));
            create table naive.idempotence (request_id bigint primary key, result text not null);
            """;

    private static final String LOCK =
            "select id, balance, status from account where id in (?, ?) order by id for update";
    private static final String DEBIT =
            "update account set balance = balance - ?, version = version + 1 where id = ?";
    private static final String CREDIT =
            "update account set balance = balance + ?, version = version + 1 where id = ?";
    private static final String JOURNAL =
            "insert into journal (transfer_id, account_id, amount, balance_after)"
                    + " values (?, ?, ?, ?)";
    private static final String IDEMPOTENCE =
            "insert into idempotence (request_id, result) values (?, ?)";

    private final HikariDataSource pool;

    NaiveTransfers(BenchDatabase database, int poolSize) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url(SCHEMA));
        config.setUsername(EmbeddedPostgres.USER);
        config.setPassword(database.postgres().password());
        config.addDataSourceProperty("prepareThreshold", PREPARE_AT_ONCE);
        config.setMaximumPoolSize(poolSize);
        config.setMinimumIdle(poolSize);
        config.setAutoCommit(false);
        this.pool = new HikariDataSource(config);
    }

    /** Makes its tables, with so many accounts. */
    static void create(BenchDatabase database, int accounts) throws SQLException {
        database.run(TABLES);
        database.run(
                "insert into naive.account select id, %d, 1, 0 from generate_series(0, %d) as id"
                        .formatted(OPENING_BALANCE, accounts - 1));
        database.run("vacuum analyze naive.account");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean run(int payer, int payee, long number) throws SQLException {
        long amount = 1 + number % 100;
        try (Connection connection = pool.getConnection()) {
            try {
                boolean accepted = transfer(connection, payer, payee, number, amount);
                if (accepted) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                return accepted;
            } catch (SQLException failed) {
                connection.rollback();
                throw failed;
            }
        }
    }

    private static boolean transfer(
            Connection connection, long payer, long payee, long number, long amount)
            throws SQLException {
        long payerBalance = Long.MIN_VALUE;
        long payeeBalance = Long.MIN_VALUE;
        try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
            lock.setLong(1, payer);
            lock.setLong(2, payee);
            try (ResultSet row = lock.executeQuery()) {
                while (row.next()) {
                    if (row.getInt(3) != 1) {
                        return false;
                    }
                    if (row.getLong(1) == payer) {
                        payerBalance = row.getLong(2);
                    } else {
                        payeeBalance = row.getLong(2);
                    }
                }
            }
        }
        if (payerBalance < amount || payeeBalance == Long.MIN_VALUE) {
            return false;
        }
        change(connection, DEBIT, payer, amount);
        change(connection, CREDIT, payee, amount);
        journal(connection, number, payer, -amount, payerBalance - amount);
        journal(connection, number, payee, amount, payeeBalance + amount);
        try (PreparedStatement insert = connection.prepareStatement(IDEMPOTENCE)) {
            insert.setLong(1, number);
            insert.setString(2, "accepted");
            insert.executeUpdate();
        }
        return true;
    }

    private static void change(Connection connection, String sql, long account, long amount)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setLong(1, amount);
            update.setLong(2, account);
            update.executeUpdate();
        }
    }

    private static void journal(
            Connection connection, long number, long account, long amount, long after)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(JOURNAL)) {
            insert.setLong(1, number);
            insert.setLong(2, account);
            insert.setLong(3, amount);
            insert.setLong(4, after);
            insert.executeUpdate();
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}

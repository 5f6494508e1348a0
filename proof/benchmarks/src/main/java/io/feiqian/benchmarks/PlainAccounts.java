package io.feiqian.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.storage.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A service's own accounts as its author would write them, statement by statement: the business
 * that every way to be atomic has to carry, and the same for all of them.
 */
final class PlainAccounts {
    /** What every account begins with. */
    static final long OPENING_BALANCE = 1_000_000_000L;

    private static final String CHANGE =
            "update account set balance = balance + ?, held = held - ? where id = ?"
                    + " returning balance";
    private static final String HOLD = "update account set held = held + ? where id = ?";
    private static final String JOURNAL =
            "insert into journal (transfer_id, account_id, amount, balance_after)"
                    + " values (?, ?, ?, ?)";

    private PlainAccounts() {}

    /** The schema of a variant's own accounts. */
    static String schema(String variant) {
        return "bench_" + variant;
    }

    /** Makes them, so many. */
    static void create(BenchDatabase database, String variant, int accounts) throws SQLException {
        String schema = schema(variant);
        database.run(
                """
                drop schema if exists %1$s cascade;
                create schema %1$s;
                create table %1$s.account (
                    id bigint primary key, balance bigint not null, held bigint not null)
                    with (fillfactor = 70);
                create table %1$s.journal (
                    transfer_id bigint not null, account_id bigint not null,
                    amount bigint not null, balance_after bigint not null,
                    primary key (transfer_id, account_id));
                insert into %1$s.account select id, %2$d, 0 from generate_series(0, %3$d) as id;
                """
                        .formatted(schema, OPENING_BALANCE, accounts - 1));
        database.run("vacuum analyze " + schema + ".account");
    }

    /** A pool of so many connections, without autocommit. */
    static HikariDataSource pool(BenchDatabase database, String variant, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url(schema(variant)));
        config.setUsername(EmbeddedPostgres.USER);
        config.setPassword(database.postgres().password());
        config.addDataSourceProperty("prepareThreshold", 1);
        config.addDataSourceProperty("socketFactory", CountedSockets.class.getName());
        config.addDataSourceProperty("options", "-c lock_timeout=5s");
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(size);
        config.setAutoCommit(false);
        return new HikariDataSource(config);
    }

    /** Posts a leg: the balance and the journal. */
    static void post(Connection connection, long number, long account, long amount)
            throws SQLException {
        post(connection, number, account, amount, 0);
    }

    /** Posts a leg that was held before. */
    static void capture(Connection connection, long number, long account, long amount)
            throws SQLException {
        post(connection, number, account, amount, amount);
    }

    /** Announces an amount; a negative one takes that back. */
    static void hold(Connection connection, long account, long amount) throws SQLException {
        try (PreparedStatement hold = connection.prepareStatement(HOLD)) {
            hold.setLong(1, amount);
            hold.setLong(2, account);
            hold.executeUpdate();
        }
    }

    private static void post(
            Connection connection, long number, long account, long amount, long held)
            throws SQLException {
        long balance;
        try (PreparedStatement change = connection.prepareStatement(CHANGE)) {
            change.setLong(1, amount);
            change.setLong(2, held);
            change.setLong(3, account);
            try (ResultSet row = change.executeQuery()) {
                if (!row.next() || row.getLong(1) < 0) {
                    throw new SQLException("account: " + account + " (expected: one with money)");
                }
                balance = row.getLong(1);
            }
        }
        try (PreparedStatement journal = connection.prepareStatement(JOURNAL)) {
            journal.setLong(1, number);
            journal.setLong(2, account);
            journal.setLong(3, amount);
            journal.setLong(4, balance);
            journal.executeUpdate();
        }
    }
}

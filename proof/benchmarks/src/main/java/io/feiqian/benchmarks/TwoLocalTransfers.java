package io.feiqian.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.storage.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What it costs not to be atomic: a plain transaction in the payer's database, then a plain one in
 * the payee's, each on a pooled connection, statement by statement. A crash between the two loses
 * money.
 */
final class TwoLocalTransfers implements Variant {
    static final String NAME = "two-local";
    private static final String SCHEMA = "plain";
    private static final long OPENING_BALANCE = 1_000_000_000L;

    private static final String TABLES =
            """
            create schema plain;
            create table plain.account (
                id bigint primary key, balance bigint not null, status smallint not null,
                version bigint not null) with (fillfactor = 70);
            create table plain.journal (
                transfer_id bigint not null, account_id bigint not null, amount bigint not null,
                balance_after bigint not null, primary key (transfer_id, account_id));
            create table plain.idempotence (request_id bigint primary key, result text not null);
            """;

    private static final String LOCK =
            "select balance, status from account where id = ? for update";
    private static final String CHANGE =
            "update account set balance = balance + ?, version = version + 1 where id = ?";
    private static final String JOURNAL =
            "insert into journal (transfer_id, account_id, amount, balance_after)"
                    + " values (?, ?, ?, ?)";
    private static final String IDEMPOTENCE =
            "insert into idempotence (request_id, result) values (?, ?)";

    private final HikariDataSource payers;
    private final HikariDataSource payees;

    TwoLocalTransfers(BenchDatabase payers, BenchDatabase payees, int poolSize) {
        this.payers = pool(payers, poolSize);
        this.payees = pool(payees, poolSize);
    }

    /** Makes its tables, with so many accounts. */
    static void create(BenchDatabase database, int accounts) throws SQLException {
        database.run(TABLES);
        database.run(
                "insert into plain.account select id, %d, 1, 0 from generate_series(0, %d) as id"
                        .formatted(OPENING_BALANCE, accounts - 1));
        database.run("vacuum analyze plain.account");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean run(int payer, int payee, long number) throws SQLException {
        long amount = 1 + number % 100;
        return leg(payers, payer, number, -amount) && leg(payees, payee, number, amount);
    }

    private static boolean leg(HikariDataSource pool, long account, long number, long amount)
            throws SQLException {
        try (Connection connection = pool.getConnection()) {
            try {
                boolean accepted = book(connection, account, number, amount);
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

    private static boolean book(Connection connection, long account, long number, long amount)
            throws SQLException {
        long balance;
        try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
            lock.setLong(1, account);
            try (ResultSet row = lock.executeQuery()) {
                if (!row.next() || row.getInt(2) != 1 || row.getLong(1) + amount < 0) {
                    return false;
                }
                balance = row.getLong(1);
            }
        }
        try (PreparedStatement update = connection.prepareStatement(CHANGE)) {
            update.setLong(1, amount);
            update.setLong(2, account);
            update.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement(JOURNAL)) {
            insert.setLong(1, number);
            insert.setLong(2, account);
            insert.setLong(3, amount);
            insert.setLong(4, balance + amount);
            insert.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement(IDEMPOTENCE)) {
            insert.setLong(1, number);
            insert.setString(2, "accepted");
            insert.executeUpdate();
        }
        return true;
    }

    private static HikariDataSource pool(BenchDatabase database, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url(SCHEMA));
        config.setUsername(EmbeddedPostgres.USER);
        config.setPassword(database.postgres().password());
        config.addDataSourceProperty("prepareThreshold", 1);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(size);
        config.setAutoCommit(false);
        return new HikariDataSource(config);
    }

    @Override
    public void close() {
        payers.close();
        payees.close();
    }
}

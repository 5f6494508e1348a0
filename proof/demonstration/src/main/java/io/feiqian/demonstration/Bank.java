package io.feiqian.demonstration;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** Two real databases, one of payers and one of payees, with the same accounts in each. */
final class Bank implements AutoCloseable {
    static final int ACCOUNTS = 50;
    private static final long OPENING = 10_000;
    private static final int CONNECTIONS = 8;

    private final EmbeddedPostgres first;
    private final EmbeddedPostgres second;

    Bank() {
        Map<String, String> prepared = Map.of("max_prepared_transactions", "64");
        this.first = EmbeddedPostgres.temporary(prepared);
        this.second = EmbeddedPostgres.temporary(prepared);
    }

    /** The payers' side for one way to transfer, with accounts of its own. */
    HikariDataSource payers(String schema) throws SQLException {
        return opened(first, schema);
    }

    /** The payees' side. */
    HikariDataSource payees(String schema) throws SQLException {
        return opened(second, schema);
    }

    /** All money in these accounts less what they were opened with. */
    static long gained(HikariDataSource database) throws SQLException {
        return number(database, "select sum(balance - %d)::bigint from account".formatted(OPENING));
    }

    static long balance(HikariDataSource database, long account) throws SQLException {
        return number(
                database,
                "select balance - %d from account where id = %d".formatted(OPENING, account));
    }

    /** Adds to a balance. */
    static void add(Connection connection, long account, long amount) throws SQLException {
        change(connection, "balance = balance + ?", account, amount);
    }

    /** Announces a credit; a negative amount takes that back. */
    static void announce(Connection connection, long account, long amount) throws SQLException {
        change(connection, "held = held + ?", account, amount);
    }

    private static void change(Connection connection, String set, long account, long amount)
            throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update account set " + set + " where id = ?")) {
            update.setLong(1, amount);
            update.setLong(2, account);
            if (update.executeUpdate() != 1) {
                throw new RefusedException(OutcomeCode.UNKNOWN_ACCOUNT, "account: " + account);
            }
        }
    }

    static long number(HikariDataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            long number = row.getLong(1);
            connection.rollback();
            return number;
        }
    }

    private static HikariDataSource opened(EmbeddedPostgres server, String schema)
            throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.url() + "?currentSchema=" + schema);
        config.setUsername(EmbeddedPostgres.USER);
        config.setPassword(server.password());
        config.addDataSourceProperty("options", "-c lock_timeout=500");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setAutoCommit(false);
        HikariDataSource database = new HikariDataSource(config);
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    create schema %1$s;
                    create table %1$s.account (id bigint primary key, balance bigint not null,
                        held bigint not null default 0);
                    insert into %1$s.account (id, balance)
                        select id, %2$d from generate_series(1, %3$d) as id;
                    """
                            .formatted(schema, OPENING, ACCOUNTS));
            connection.commit();
        }
        return database;
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}

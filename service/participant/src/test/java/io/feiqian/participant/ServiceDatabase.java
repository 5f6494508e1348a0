package io.feiqian.participant;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.mariadb.TemporaryMariaDb;
import io.feiqian.participant.Databases.Product;
import io.feiqian.storage.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A service's database of either make, and what tests ask of it in its own words. */
final class ServiceDatabase {
    /** One server for all tests: prepared transactions are a server's setting. */
    private static final class Postgres {
        static final EmbeddedPostgres SERVER =
                EmbeddedPostgres.temporary(
                        // A vacuum gives way to who waits for it within the time a lock may take.
                        Map.of("max_prepared_transactions", "64", "deadlock_timeout", "50ms"));
        static final ServiceDatabase PAYMENTS = postgres("payments");
        static final ServiceDatabase ACCOUNTS = postgres("accounts");
    }

    private static final class Maria {
        static final ServiceDatabase PAYMENTS = maria();
        static final ServiceDatabase ACCOUNTS = maria();
    }

    private final Product product;
    private final String name;
    private final HikariDataSource pool;

    private ServiceDatabase(Product product, String name, HikariDataSource pool) {
        this.product = product;
        this.name = name;
        this.pool = pool;
    }

    static ServiceDatabase payments(Product product) {
        return product == Product.POSTGRESQL ? Postgres.PAYMENTS : Maria.PAYMENTS;
    }

    static ServiceDatabase accounts(Product product) {
        return product == Product.POSTGRESQL ? Postgres.ACCOUNTS : Maria.ACCOUNTS;
    }

    Product product() {
        return product;
    }

    HikariDataSource pool() {
        return pool;
    }

    /** A pool of the same database that is made otherwise. */
    HikariDataSource pool(Consumer<HikariConfig> change) {
        HikariConfig other = new HikariConfig();
        other.setJdbcUrl(pool.getJdbcUrl());
        other.setUsername(pool.getUsername());
        other.setPassword(pool.getPassword());
        other.setMaximumPoolSize(2);
        other.setAutoCommit(false);
        change.accept(other);
        return new HikariDataSource(other);
    }

    /** Removes what another test left, prepared transactions first: they hold locks. */
    void empty() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(true);
            for (String each : prepared(statement)) {
                statement.execute(
                        product == Product.POSTGRESQL
                                ? "rollback prepared '" + each + "'"
                                : "xa rollback " + each);
            }
            if (product == Product.POSTGRESQL) {
                statement.execute("drop schema public cascade; create schema public");
            } else {
                for (String each : tables(statement)) {
                    statement.execute("drop table " + each);
                }
            }
            connection.setAutoCommit(false);
        }
    }

    private static List<String> tables(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet row = statement.executeQuery("show tables")) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        return tables;
    }

    /** How many transactions this database keeps prepared. */
    long prepared() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            int count = prepared(statement).size();
            connection.rollback();
            return count;
        }
    }

    private List<String> prepared(Statement statement) throws SQLException {
        List<String> prepared = new ArrayList<>();
        String list =
                product == Product.POSTGRESQL
                        ? "select gid from pg_prepared_xacts where database = current_database()"
                        : "xa recover";
        try (ResultSet row = statement.executeQuery(list)) {
            while (row.next()) {
                if (product == Product.POSTGRESQL) {
                    prepared.add(row.getString(1));
                } else {
                    String both = row.getString(4);
                    int length = row.getInt(2);
                    XaName xa = new XaName(both.substring(0, length), both.substring(length));
                    xa.parse(XaName.database(name)).ifPresent(ours -> prepared.add(xa.text()));
                }
            }
        }
        return prepared;
    }

    private static ServiceDatabase postgres(String name) {
        EmbeddedPostgres server = Postgres.SERVER;
        try (Connection connection =
                        DriverManager.getConnection(
                                server.url(), EmbeddedPostgres.USER, server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name + " template template0");
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(server.database().url().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1"));
        pool.setUsername(EmbeddedPostgres.USER);
        pool.setPassword(server.password());
        pool.addDataSourceProperty("options", "-c lock_timeout=150");
        return new ServiceDatabase(Product.POSTGRESQL, name, small(pool));
    }

    private static ServiceDatabase maria() {
        return on(TemporaryMariaDb.create());
    }

    /** On a server of the test's own. */
    static ServiceDatabase on(TemporaryMariaDb database) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(database.url() + "?sessionVariables=innodb_lock_wait_timeout=1");
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        return new ServiceDatabase(Product.MARIADB, database.name(), small(pool));
    }

    private static HikariDataSource small(HikariConfig pool) {
        pool.setMaximumPoolSize(12);
        pool.setMinimumIdle(1);
        pool.setAutoCommit(false);
        return new HikariDataSource(pool);
    }
}

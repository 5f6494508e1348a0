package io.feiqian.storage;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A new, empty database for a test, on a server that all tests of this process share: what takes
 * seconds, starting a server, is done once. Tests that stop their server take {@link
 * EmbeddedPostgres#temporary()}. Thread-safe.
 */
public final class TemporaryDatabase implements AutoCloseable {
    /** Begins when first needed, and ends with the process. */
    private static final class Shared {
        static final EmbeddedPostgres POSTGRES = EmbeddedPostgres.temporary();
        private static final AtomicLong COUNT = new AtomicLong();

        static String nextName() {
            return "test_" + COUNT.incrementAndGet();
        }
    }

    private final String name;

    private TemporaryDatabase(String name) {
        this.name = name;
    }

    /** Makes one. */
    public static TemporaryDatabase create() {
        String name = Shared.nextName();
        run("create database " + name + " template template0");
        return new TemporaryDatabase(name);
    }

    /** How to reach it. */
    public DatabaseConfig config() {
        return DatabaseConfig.of(
                Shared.POSTGRES.url(name), EmbeddedPostgres.USER, Shared.POSTGRES.password());
    }

    /** Drops it, whoever is still connected. */
    @Override
    public void close() {
        run("drop database if exists " + name + " with (force)");
    }

    private static void run(String sql) {
        try (Connection connection =
                        DriverManager.getConnection(
                                Shared.POSTGRES.url("postgres"),
                                EmbeddedPostgres.USER,
                                Shared.POSTGRES.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new StorageException("PostgreSQL: " + sql, failed);
        }
    }
}

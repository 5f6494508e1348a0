package io.feiqian.mariadb;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * A new, empty database for a test, on a server that all tests of this process share: what takes
 * seconds, starting a server, is done once. Tests that stop their server take {@link
 * EmbeddedMariaDb#temporary()}. Thread-safe.
 */
public final class TemporaryMariaDb implements AutoCloseable {
    /** Begins when first needed, and ends with the process. */
    private static final class Shared {
        static final EmbeddedMariaDb SERVER = EmbeddedMariaDb.temporary();
        private static final AtomicLong COUNT = new AtomicLong();

        static String nextName() {
            return "test_" + COUNT.incrementAndGet();
        }
    }

    private final EmbeddedMariaDb server;
    private final String name;

    private TemporaryMariaDb(EmbeddedMariaDb server, String name) {
        this.server = server;
        this.name = name;
    }

    /** Makes one on the server that all share. */
    public static TemporaryMariaDb create() {
        return on(Shared.SERVER, Shared.nextName());
    }

    /** Makes one on a server of the test's own, where it is not there. */
    public static TemporaryMariaDb on(EmbeddedMariaDb server, String name) {
        TemporaryMariaDb made = new TemporaryMariaDb(server, name);
        made.run("create database if not exists " + name);
        return made;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its JDBC URL. */
    public String url() {
        return server.url(name);
    }

    /** The user that may do everything. */
    public String user() {
        return EmbeddedMariaDb.USER;
    }

    /** That user's password. */
    public String password() {
        return server.password();
    }

    /** Connections of the driver's own, one for each asking; also an {@code XADataSource}. */
    public MariaDbDataSource dataSource() {
        try {
            MariaDbDataSource source = new MariaDbDataSource(url());
            source.setUser(user());
            source.setPassword(password());
            return source;
        } catch (SQLException failed) {
            throw new MariaDbException("MariaDB: " + url(), failed);
        }
    }

    /** Drops it. */
    @Override
    public void close() {
        run("drop database if exists " + name);
    }

    private void run(String sql) {
        try (Connection connection =
                        DriverManager.getConnection(server.url(""), user(), password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new MariaDbException("MariaDB: " + sql, failed);
        }
    }
}

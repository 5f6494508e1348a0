package io.feiqian.spring;

import io.feiqian.participant.Content;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** One database server for the tests, a new database for each, and the properties that name it. */
final class Database {
    static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final String url;
    private final Path keys;

    /** Started at the first use, stopped with the process. */
    private static final class Server {
        static final EmbeddedPostgres POSTGRES = EmbeddedPostgres.temporary();
    }

    private Database(String url, Path keys) {
        this.url = url;
        this.keys = keys;
    }

    static Database empty() {
        String name = "test" + NUMBERS.incrementAndGet();
        try (Connection connection =
                        DriverManager.getConnection(
                                Server.POSTGRES.url(),
                                EmbeddedPostgres.USER,
                                Server.POSTGRES.password());
                Statement create = connection.createStatement()) {
            create.execute("create database " + name + " template template0");
            Path keys = Files.createTempFile("starter", ".keys");
            keys.toFile().deleteOnExit();
            Files.writeString(keys, "1 " + "0a".repeat(32) + "\n");
            return new Database(
                    Server.POSTGRES.url().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1"), keys);
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static Database with(String sql) throws SQLException {
        Database database = empty();
        database.run(sql);
        return database;
    }

    void run(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                url, EmbeddedPostgres.USER, Server.POSTGRES.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    Path keys() {
        return keys;
    }

    String[] properties() {
        return new String[] {
            "spring.datasource.url=" + url,
            "spring.datasource.username=" + EmbeddedPostgres.USER,
            "spring.datasource.password=" + Server.POSTGRES.password(),
            "spring.datasource.hikari.maximum-pool-size=4",
            "feiqian.service=accounts",
            "feiqian.keys-file=" + keys,
            "feiqian.create-tables=true",
            "feiqian.timing.scan-every=50ms",
        };
    }

    static TraceNumber trace() {
        return TraceNumber.of(DAY, new Slot(1), 7, NUMBERS.incrementAndGet());
    }

    static TransactionOrder order(String content) {
        return TransactionOrder.of(trace(), Content.ofText(content), DAY).settled();
    }
}

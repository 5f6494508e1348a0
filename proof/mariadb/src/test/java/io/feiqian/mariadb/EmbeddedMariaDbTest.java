package io.feiqian.mariadb;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** A real MariaDB for tests: fresh databases, and data that a crash does not take. */
class EmbeddedMariaDbTest {
    @Test
    void everyTestHasADatabaseOfItsOwn() throws SQLException {
        try (TemporaryMariaDb one = TemporaryMariaDb.create();
                TemporaryMariaDb two = TemporaryMariaDb.create()) {
            run(one, "create table t (a int primary key)");
            run(two, "create table t (a int primary key)");
            run(one, "insert into t values (1)");
            assertThat(count(one)).isEqualTo(1);
            assertThat(count(two)).isZero();
        }
    }

    @Test
    void whatIsCommittedOutlivesAKilledServerAndARestart() throws SQLException {
        EmbeddedMariaDb server = EmbeddedMariaDb.temporary();
        run(TemporaryMariaDb.on(server, "kept"), "create table t (a int primary key)");
        run(TemporaryMariaDb.on(server, "kept"), "insert into t values (1)");
        server.kill();
        assertThat(server.isAlive()).isFalse();

        EmbeddedMariaDb again = EmbeddedMariaDb.start(server.config());
        assertThat(count(TemporaryMariaDb.on(again, "kept"))).isEqualTo(1);
        again.stop();
        try (EmbeddedMariaDb third = EmbeddedMariaDb.start(server.config())) {
            assertThat(count(TemporaryMariaDb.on(third, "kept"))).isEqualTo(1);
        }
    }

    @Test
    void aServerThatWasLeftBehindIsEndedByTheNextStart() throws SQLException {
        EmbeddedMariaDb forgotten = EmbeddedMariaDb.temporary();
        run(TemporaryMariaDb.on(forgotten, "kept"), "create table t (a int primary key)");
        try (EmbeddedMariaDb next = EmbeddedMariaDb.start(forgotten.config().at(0))) {
            assertThat(forgotten.isAlive()).isFalse();
            assertThat(count(TemporaryMariaDb.on(next, "kept"))).isZero();
        }
    }

    private static void run(TemporaryMariaDb database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int count(TemporaryMariaDb database) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from t")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}

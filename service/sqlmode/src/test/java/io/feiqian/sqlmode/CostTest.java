package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.SETTINGS;
import static io.feiqian.sqlmode.TestDatabase.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.BranchKey;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Round trips are counted, not guessed. */
@ParameterizedClass
@EnumSource
final class CostTest {
    private final Database kind;
    private final AtomicInteger sent = new AtomicInteger();
    private TestDatabase database;

    CostTest(Database kind) {
        this.kind = kind;
    }

    @BeforeEach
    void create() throws SQLException {
        database =
                TestDatabase.with(
                        kind,
                        """
                        create table account (id bigint primary key, balance numeric(20) not null);
                        create table branch (id int primary key);
                        insert into account select n, 0 from
                        """
                                + kind.series(1, 200),
                        "account");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void capturingCostsNoRoundTrip() throws SQLException {
        database.commit(raw -> {
            SqlCapture capture = SqlCapture.over(counted(raw), key(1), SETTINGS, catalog());
            add(capture.connection(), 1);
            add(capture.connection(), 2);
            TestDatabase.execute(
                    capture.connection(), "select * from account where id = 3 for update");
            capture.flush();
            assertThat(sent.get()).as("three statements of the user's").isEqualTo(3);
        });
        database.cancel(1);
        assertThat(database.rows("select sum(balance) from account")).containsExactly("0");
    }

    @Test
    void whatCannotTravelWithTheFirstStatementCostsOneRoundTripMore() throws SQLException {
        database.commit(raw -> {
            SqlCapture capture = SqlCapture.over(counted(raw), key(1), SETTINGS, catalog());
            try (PreparedStatement update =
                    capture.connection()
                            .prepareStatement(
                                    "update account set balance = balance + ? where id = ?")) {
                for (int id = 1; id <= 50; id++) {
                    update.setInt(1, 1);
                    update.setInt(2, id);
                    update.addBatch();
                }
                assertThat(update.executeBatch()).hasSize(50).containsOnly(1);
            }
            assertThat(sent.get()).isEqualTo(1 + kind.announcements());
        });
        assertThat(database.rows("select count(*) from feiqian_undo")).containsExactly("50");
    }

    @Test
    void theFirstStatementRunsAgainLikeAnyOther() throws SQLException {
        database.commit(raw -> {
            SqlCapture capture = SqlCapture.over(counted(raw), key(1), SETTINGS, catalog());
            Connection connection = capture.connection();
            try (PreparedStatement update =
                            connection.prepareStatement(
                                    "update account set balance = balance + ? where id = ?");
                    PreparedStatement read =
                            connection.prepareStatement(
                                    "select balance from account where id = ? for update")) {
                read.setInt(1, 7);
                try (ResultSet row = read.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getInt(1)).isZero();
                    assertThat(row.next()).isFalse();
                }
                update.setInt(1, 1);
                update.setInt(2, 7);
                assertThat(update.execute()).isFalse();
                assertThat(update.getUpdateCount()).isEqualTo(1);
                update.setInt(2, 8);
                assertThat(update.executeUpdate()).isEqualTo(1);
                assertThat(read.executeQuery().next()).isTrue();
                assertThat(update.getMoreResults()).isFalse();
            }
            assertThat(sent.get()).isEqualTo(4);
        });
    }

    @Test
    void afterAFailureThatTookTheAnnouncementBackItIsMadeAgain() throws SQLException {
        try (Connection raw = database.open()) {
            SqlCapture capture = SqlCapture.over(raw, key(1), SETTINGS, catalog());
            var before = raw.setSavepoint();
            assertThatThrownBy(() -> add(capture.connection(), "balance / 0", 1))
                    .isInstanceOf(SQLException.class);
            raw.rollback(before);
            add(capture.connection(), 1);
            raw.commit();
        }
        assertThat(database.rows("select count(*) from feiqian_undo")).containsExactly("1");
    }

    @Test
    void aSavepointBeforeTheFirstStatementDoesNotTakeTheAnnouncementBack() throws SQLException {
        database.branch(
                1,
                connection -> {
                    PreparedStatement prepared =
                            connection.prepareStatement("update account set balance = balance + 1");
                    var before = connection.setSavepoint();
                    assertThat(prepared.executeUpdate()).isEqualTo(200);
                    connection.rollback(before);
                    add(connection, 1);
                    prepared.close();
                });
        assertThat(database.rows("select count(*) from feiqian_undo")).containsExactly("1");
    }

    @Test
    void theAnnouncementTravelsWithTheCallersOwnRow() throws SQLException {
        database.commit(raw -> {
            Connection counted = counted(raw);
            try (PreparedStatement insert =
                    counted.prepareStatement(
                            "insert into branch values (1) returning "
                                    + SqlMode.announcement(catalog()))) {
                List<String> values = SqlMode.announcementValues(catalog(), key(1), SETTINGS);
                for (int i = 0; i < values.size(); i++) {
                    insert.setString(i + 1, values.get(i));
                }
                insert.execute();
            }
            SqlCapture capture = SqlCapture.announced(counted, key(1), SETTINGS, catalog());
            add(capture.connection(), 1);
            capture.flush();
            assertThat(sent.get()).isEqualTo(2);
        });
        database.cancel(1);
        assertThat(database.rows("select balance from account where id = 1")).containsExactly("0");
    }

    @Test
    void aHundredBranchesAreConfirmedTogetherAndOneIsUndoneInOneRoundTrip() throws SQLException {
        for (int i = 1; i <= 100; i++) {
            int id = i;
            database.branch(i, connection -> add(connection, id));
        }
        List<BranchKey> keys = IntStream.rangeClosed(2, 100).mapToObj(TestDatabase::key).toList();
        database.commit(raw -> {
            SqlUndo.confirm(counted(raw), keys);
            assertThat(sent.getAndSet(0)).isEqualTo(kind.confirmations());
            SqlUndo.confirm(counted(raw), List.of());
            assertThat(sent.get()).isZero();
            SqlUndo.cancel(counted(raw), key(1), SETTINGS);
            assertThat(sent.get()).isEqualTo(1);
        });
        assertThat(database.left()).isEmpty();
        assertThat(database.rows("select sum(balance) from account")).containsExactly("99");
    }

    private TableCatalog catalog() {
        return database.catalog();
    }

    private static void add(Connection connection, int id) throws SQLException {
        add(connection, "balance", id);
    }

    private static void add(Connection connection, String what, int id) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update account set balance = " + what + " + ? where id = ?")) {
            update.setInt(1, 1);
            update.setInt(2, id);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    private Connection counted(Connection raw) {
        return counting(Connection.class, raw);
    }

    private <T> T counting(Class<T> type, Object target) {
        return type.cast(
                Proxy.newProxyInstance(
                        CostTest.class.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> count(target, method, arguments)));
    }

    private Object count(Object target, Method method, Object[] arguments) throws Throwable {
        if (method.getName().startsWith("execute")) {
            sent.incrementAndGet();
        }
        Object result;
        try {
            result = method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
        if (result instanceof PreparedStatement prepared) {
            return counting(PreparedStatement.class, prepared);
        }
        return result instanceof Statement statement
                ? counting(Statement.class, statement)
                : result;
    }
}

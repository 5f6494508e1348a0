package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.execute;
import static io.feiqian.sqlmode.TestDatabase.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A row that an unfinished branch changed is nobody else's to change (sql-locks). */
@Timeout(120)
@ParameterizedClass
@EnumSource
final class LockTest {
    private final Database kind;
    private TestDatabase database;

    LockTest(Database kind) {
        this.kind = kind;
    }

    @BeforeEach
    void create() throws SQLException {
        database =
                TestDatabase.with(
                        kind,
                        """
                        create table account (
                            id bigint primary key,
                            email varchar(50) unique,
                            branch_no int, place int,
                            balance numeric(18, 2) not null default 0,
                            unique (branch_no, place));
                        %s;
                        insert into account (id, email, branch_no, place, balance) values
                            (1, 'li@example.com', 1, 1, 100), (2, 'wu@example.com', 1, 2, 50),
                            (3, null, null, 3, 7);
                        """
                                .formatted(kind.uniqueWithoutCase("account", "email")),
                        "account");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anotherBranchIsRefusedAtOnceAndToldWhoHoldsTheRow() throws SQLException {
        add(1);
        assertThatThrownBy(() -> add(2)).satisfies(thrown -> isLockedBy(thrown, 1));
        database.confirm(1);
        add(2);
        database.cancel(2);
        assertThat(balances()).containsExactly("101.00", "50.00", "7.00");
    }

    @Test
    void theYoungerOfTwoThatWantEachOthersRowsYields() throws SQLException {
        add(1);
        add(2, 2);
        LockConflictException older = conflict(() -> add(1, 2));
        LockConflictException younger = conflict(() -> add(2, 1));
        assertThat(older.yields(key(1))).isFalse();
        assertThat(younger.yields(key(2))).isTrue();
    }

    @Test
    @Requirement("B11.2-c")
    void anOrdinaryWriterIsRefusedWithAPlainMessageAndOtherRowsAreFree() throws SQLException {
        add(1);
        for (String statement :
                List.of(
                        "update account set balance = 0 where id = 1",
                        "update account set email = 'other@example.com' where id = 1",
                        "update account set id = 77 where id = 1",
                        "delete from account where id = 1",
                        "insert into account (id) values (1) "
                                + kind.upsert("id", "balance = 1"))) {
            assertThatThrownBy(() -> database.run(statement))
                    .as(statement)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining(
                            "row of "
                                    + database.named("account")
                                    + ": locked by the unfinished global transaction "
                                    + key(1))
                    .hasMessageContaining("Roll back and run the local transaction again")
                    .extracting(thrown -> ((SQLException) thrown).getSQLState())
                    .isEqualTo("40001");
        }
        database.run("update account set balance = balance + 1 where id = 2");
        database.cancel(1);
        database.run("update account set balance = balance + 1 where id = 1");
    }

    @Test
    void valuesThatAnUndoWillNeedAreNotTakenByOthers() throws SQLException {
        List<String> before = database.content("account");
        database.branch(
                1,
                "select * from account where id in (1, 2) for update",
                "update account set email = 'new@example.com', place = 9 where id = 1",
                "delete from account where id = 2");
        for (String statement :
                List.of(
                        "insert into account (id, email) values (10, 'li@example.com')",
                        "insert into account (id, email) values (10, 'LI@example.com')",
                        "insert into account (id, branch_no, place) values (10, 1, 1)",
                        "update account set branch_no = 1, place = 2 where id = 3",
                        "insert into account (id) values (2)",
                        "insert into account (id, email) values (10, 'wu@example.com')")) {
            assertThatThrownBy(() -> database.run(statement))
                    .as(statement)
                    .hasMessageContaining("locked by the unfinished global transaction " + key(1));
            assertThatThrownBy(() ->
                            database.branch(
                                    2,
                                    TestDatabase.SETTINGS.withBlindWrites(BlindWrites.ALLOWED),
                                    connection -> execute(connection, statement)))
                    .as(statement)
                    .satisfies(thrown -> isLockedBy(thrown, 1));
        }
        database.run("insert into account (id, branch_no, place) values (12, null, 2)");
        database.run("delete from account where id = 12");
        database.cancel(1);
        assertThat(database.content("account")).isEqualTo(before);
    }

    @Test
    void aWriterThatWaitedForTheRowSeesTheLockThatCameMeanwhile() throws SQLException {
        List<String> before = database.content("account");
        for (String statement :
                List.of(
                        "update account set balance = 0 where id = 1",
                        "insert into account (id, email) values (10, 'li@example.com')")) {
            try (Connection branch = database.open();
                    WaitingWriter writer = new WaitingWriter(database)) {
                SqlCapture capture =
                        SqlCapture.over(branch, key(1), TestDatabase.SETTINGS, database.catalog());
                execute(
                        capture.connection(),
                        "update account set email = %s, balance = balance + 1 where id = 1"
                                .formatted(kind.append("email", "x")));
                writer.start(statement);
                branch.commit();
                assertThat(writer.failure())
                        .as(statement)
                        .hasMessageContaining("unfinished global transaction " + key(1));
            }
            database.cancel(1);
            assertThat(database.content("account")).isEqualTo(before);
        }
    }

    @Test
    void aReadForUpdateThatWaitedForTheRowSeesTheLockThatCameMeanwhile() throws SQLException {
        try (Connection branch = database.open();
                WaitingWriter reader = new WaitingWriter(database)) {
            SqlCapture capture =
                    SqlCapture.over(branch, key(1), TestDatabase.SETTINGS, database.catalog());
            execute(capture.connection(), "update account set balance = balance + 1 where id = 1");
            String read = "select id from account where balance >= 50 order by id for update";
            reader.start(database.catalog(), key(2), read);
            branch.commit();
            assertThat(reader.failure())
                    .hasMessageContaining("unfinished global transaction " + key(1));
        }
    }

    @Test
    void aBranchWaitsForAnOrdinaryWriterNoLongerThanItsBound() throws SQLException {
        try (Connection other = database.open()) {
            execute(other, "update account set balance = 0 where id = 1");
            LockConflictException conflict = conflict(() -> add(1));
            assertThat(conflict.holder()).isEmpty();
            assertThat(conflict.code()).isEqualTo(OutcomeCode.SQL_LOCK_CONFLICT);
            assertThat(conflict.code().isSafeToRetry()).isTrue();
            other.rollback();
        }
        add(1);
        try (Connection other = database.open()) {
            execute(other, "select * from account where id = 1 for update");
            assertThat(conflict(() -> database.cancel(1)).holder()).isEmpty();
            other.rollback();
        }
        database.cancel(1);
        assertThat(balances()).startsWith("100.00");
    }

    @Test
    void afterAConflictTheBranchCannotGoOnAsIfNothingHadBeen() throws SQLException {
        add(1);
        assertThatThrownBy(() ->
                        database.branch(
                                2,
                                connection -> {
                                    var before = connection.setSavepoint();
                                    try {
                                        execute(
                                                connection,
                                                "update account set balance = balance + 1 where id"
                                                        + " = 1");
                                    } catch (SQLException swallowed) {
                                        connection.rollback(before);
                                    }
                                }))
                .satisfies(thrown -> isLockedBy(thrown, 1));
    }

    @Test
    void readForUpdateIsGloballyCommittedAndAPlainReadIsNot() throws SQLException {
        add(1);
        assertThat(database.rows("select balance from account where id = 1"))
                .containsExactly("101.00");
        assertThatThrownBy(() ->
                        database.branch(2, "select balance from account where id = 1 for update"))
                .satisfies(thrown -> isLockedBy(thrown, 1));
        database.branch(2, "select balance from account where id = 2 for update");
        assertThatThrownBy(() -> database.run("update account set balance = 0 where id = 2"))
                .as("what a decision may rest on stays as it was read")
                .hasMessageContaining("unfinished global transaction " + key(2));
        database.confirm(2);
        database.run("update account set balance = 0 where id = 2");
    }

    @Test
    void aWriterWhoseSnapshotIsTooOldToSeeTheLocksIsRefused() throws SQLException {
        assertThatThrownBy(() ->
                        database.commit(connection -> {
                            connection.setTransactionIsolation(
                                    Connection.TRANSACTION_REPEATABLE_READ);
                            execute(connection, "update account set balance = 0");
                        }))
                .hasMessageContaining(
                        "transaction isolation: repeatable read (expected: read committed");
    }

    @Test
    void theMarkOfABranchDoesNotOutliveItsTransaction() throws SQLException {
        try (Connection connection = database.open()) {
            SqlCapture capture =
                    SqlCapture.over(connection, key(1), TestDatabase.SETTINGS, database.catalog());
            execute(capture.connection(), "update account set balance = balance + 1 where id = 1");
            connection.commit();
            execute(connection, "update account set balance = 0 where id = 2");
            connection.commit();
        }
        assertThat(database.rows("select count(*) from feiqian_undo")).containsExactly("1");
    }

    private void add(int number) throws SQLException {
        add(number, 1);
    }

    private void add(int number, int id) throws SQLException {
        database.branch(number, "update account set balance = balance + 1 where id = " + id);
    }

    private List<String> balances() throws SQLException {
        return database.rows("select balance from account order by id");
    }

    private static LockConflictException conflict(Attempt attempt) {
        try {
            attempt.run();
        } catch (LockConflictException expected) {
            return expected;
        } catch (SQLException other) {
            throw new AssertionError("no conflict", other);
        }
        throw new AssertionError("no conflict");
    }

    private static void isLockedBy(Throwable thrown, int holder) {
        assertThat(thrown).isInstanceOf(LockConflictException.class);
        LockConflictException conflict = (LockConflictException) thrown;
        assertThat(conflict.holder()).contains(key(holder));
        assertThat(conflict.code()).isEqualTo(OutcomeCode.SQL_LOCK_CONFLICT);
    }

    /** May fail. */
    @FunctionalInterface
    private interface Attempt {
        void run() throws SQLException;
    }
}

package io.feiqian.sqlmode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A table is enrolled where every change of it can be undone, and refused otherwise. */
@ParameterizedClass
@EnumSource
final class EnrolmentTest {
    private final Database kind;
    private TestDatabase database;

    EnrolmentTest(Database kind) {
        this.kind = kind;
    }

    @BeforeEach
    void create() throws SQLException {
        database = TestDatabase.with(kind, "create table parent (id int primary key)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** Rule no-foreign-locks: the batches of a ledger never wait for a branch in SQL mode. */
    @Test
    void theTablesOfACellAndItsLedgerAreNeitherEnrolledNorLocked() throws SQLException {
        database.run(
                "create table slot_ownership (slot int primary key)",
                "create table account (id int primary key, balance int)");
        assertThatThrownBy(() -> database.enrol(Set.of(), "account"))
                .isInstanceOf(SqlModeException.class)
                .hasMessageContaining("is in the schema of a cell and its ledger");
        for (String statement :
                new String[] {
                    "select * from account for update",
                    "select * from account for share",
                    "update account set balance = balance + 1"
                }) {
            assertThatThrownBy(() -> database.branch(1, statement))
                    .as(statement)
                    .isInstanceOf(SqlModeException.class);
        }
    }

    @Test
    void aRowThatRefersToAnotherIsNeitherDeletedNorMadeToReferToOne() throws SQLException {
        database.run(
                "create table child (id int primary key, p int, x int, foreign key (p)"
                        + " references parent (id))",
                "insert into parent values (1), (2)",
                "insert into child values (1, 1, 1)");
        database.enrol(Set.of(), "child");
        for (String statement :
                new String[] {"delete from child where id = 1", "update child set p = p + 1"}) {
            assertThatThrownBy(
                            () -> database.branch(1, "select * from child for update", statement))
                    .as(statement)
                    .isInstanceOf(SqlModeException.class)
                    .hasMessageContaining("expected: marked as ended instead")
                    .extracting(thrown -> ((SqlModeException) thrown).code())
                    .isEqualTo(OutcomeCode.SQL_NOT_UNDOABLE);
        }
        database.branch(1, "update child set x = x + 1", "insert into child values (2, 2, 2)");
        database.cancel(1);
        assertThat(database.content("child")).containsExactly("(1,1,1)");
    }

    @Test
    void anEnrolmentChangesOnlyWhileNoImagesDependOnIt() throws SQLException {
        database.enrol(Set.of(), "parent");
        database.branch(1, "insert into parent values (1)");
        assertThatThrownBy(() -> database.enrol(Set.of(), "parent"))
                .hasMessageContaining("unfinished branches have images of its rows");
        assertThatThrownBy(() -> database.commit(each -> SqlMode.withdraw(each, "parent")))
                .hasMessageContaining("unfinished branches have images of its rows");
        database.confirm(1);
        database.commit(each -> SqlMode.install(each));
        database.commit(each -> SqlMode.withdraw(each, "parent"));
        database.commit(each -> SqlMode.withdraw(each, "parent"));
        database.reload();
        assertThatThrownBy(() -> database.branch(2, "insert into parent values (2)"))
                .hasMessageContaining("expected: enrolled by SqlMode.enrol");
    }

    /** Its writes would have no images, and a rollback would leave them. */
    @Test
    void aServiceThatHasNotHeardOfAWithdrawalIsRefused() throws SQLException {
        database.enrol(Set.of(), "parent");
        database.branch(1, "insert into parent values (1)");
        database.confirm(1);
        database.commit(each -> SqlMode.withdraw(each, "parent"));
        for (String statement :
                List.of(
                        "insert into parent values (2)",
                        "update parent set id = id + 1",
                        "delete from parent where id = 1")) {
            assertThatThrownBy(() ->
                            database.branch(
                                    2,
                                    TestDatabase.SETTINGS.withBlindWrites(BlindWrites.ALLOWED),
                                    each -> TestDatabase.execute(each, statement)))
                    .as(statement)
                    .hasMessageContaining("withdrawn from SQL mode (expected: enrolled");
        }
        database.run("insert into parent values (3)");
        database.enrol(Set.of(), "parent");
        database.branch(3, "insert into parent values (4)");
        database.cancel(3);
        assertThat(database.content("parent")).containsExactly("(1)", "(3)");
    }

    /** What a branch wrote there has no image that is restored. */
    @Test
    void aColumnThatCameLaterIsNotForgottenByAnUndo() throws SQLException {
        database.run("insert into parent values (1)");
        database.enrol(Set.of(), "parent");
        database.run("alter table parent add column x int default 7");
        database.branch(
                1, "select * from parent for update", "update parent set x = 8 where id = 1");
        assertThatThrownBy(() -> database.cancel(1)).isInstanceOf(UndoStoppedException.class);
        assertThat(database.content("parent")).containsExactly("(1,8)");
    }

    @Test
    void waitsWithoutBoundAreRefused() {
        SqlModeSettings defaults = SqlModeSettings.defaults();
        assertThat(defaults)
                .isEqualTo(
                        new SqlModeSettings(
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(10),
                                BlindWrites.REFUSED));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withLockWait(Duration.ZERO))
                .withMessage("lockWait: PT0S (expected: 1 ms to 60 s)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withUndoWait(Duration.ofMinutes(2)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withUndoWait(Duration.ofSeconds(1)))
                .withMessageContaining("undoWait: PT1S (expected: >= lockWait");
    }
}

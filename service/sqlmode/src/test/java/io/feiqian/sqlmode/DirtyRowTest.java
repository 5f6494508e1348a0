package io.feiqian.sqlmode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What others changed past the locks is never overwritten: the undo stops with the evidence. */
@ParameterizedClass
@EnumSource
final class DirtyRowTest {
    private final Database kind;
    private TestDatabase database;

    DirtyRowTest(Database kind) {
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
                            owner varchar(50) not null,
                            balance numeric(18, 2) not null);
                        insert into account values (1, 'Li', 100), (2, 'Wu', 50), (3, 'Qi', 7);
                        """,
                        "account");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    @Requirement("B11.2-c")
    void theEvidenceIsWholeNothingIsChangedAndTheProposedCorrectionLetsTheUndoGoOn()
            throws SQLException {
        database.branch(
                1,
                "update account set balance = balance + 5 where id = 2",
                "update account set balance = balance - 30, owner = %s where id = 1"
                        .formatted(kind.append("owner", "!")),
                "update account set balance = balance + 1 where id = 3");
        past("update account set balance = balance - 25 where id = 1");
        List<String> dirty = database.content("account");
        List<String> left = database.left();

        DirtyRow evidence = dirty(1);
        assertThat(evidence.table()).isEqualTo(database.named("account"));
        assertThat(evidence.key()).isEqualTo("id=1");
        assertThat(evidence.operation()).isEqualTo("UPDATE");
        assertThat(evidence.before().orElseThrow()).contains("\"balance\": 100.00");
        assertThat(evidence.after().orElseThrow()).contains("\"balance\": 70.00");
        assertThat(evidence.found().orElseThrow()).contains("\"balance\": 45.00");
        assertThat(evidence.reason()).isEqualTo("the row was changed after the branch");
        assertThat(database.content("account")).isEqualTo(dirty);
        assertThat(database.left()).isEqualTo(left);
        assertThat(dirty(1)).isEqualTo(evidence);

        operator(evidence.correction());
        database.cancel(1);
        assertThat(database.content("account"))
                .containsExactly("(1,Li,75.00)", "(2,Wu,50.00)", "(3,Qi,7.00)");
        assertThat(database.left()).isEmpty();
    }

    @Test
    void anUndoThatStopsHasChangedNothingEvenWhereItsTransactionIsCommitted() throws SQLException {
        database.branch(
                1,
                "update account set balance = balance - 30 where id = 1",
                "update account set balance = balance + 1 where id = 3");
        database.past("update account set balance = balance - 25 where id = 1");
        List<String> dirty = database.content("account");
        List<String> left = database.left();

        database.commit(connection ->
                assertThatThrownBy(() ->
                                SqlUndo.cancel(
                                        connection, TestDatabase.key(1), TestDatabase.SETTINGS))
                        .isInstanceOf(UndoStoppedException.class));

        assertThat(database.content("account")).isEqualTo(dirty);
        assertThat(database.left()).isEqualTo(left);
    }

    @Test
    void aRowThatIsGoneOrBackIsDirtyToo() throws SQLException {
        database.branch(1, "update account set balance = balance + 5 where id = 1");
        past("delete from account where id = 1");
        DirtyRow gone = dirty(1);
        assertThat(gone.found()).isEmpty();
        operator(gone.correction());
        database.cancel(1);
        assertThat(database.content("account")).startsWith("(1,Li,100.00)");

        database.branch(
                2,
                "select * from account where id = 2 for update",
                "delete from account where id = 2");
        past("insert into account values (2, 'Another', 1)");
        DirtyRow back = dirty(2);
        assertThat(back.operation()).isEqualTo("DELETE");
        assertThat(back.after()).isEmpty();
        assertThat(back.found().orElseThrow()).contains("Another");
        assertThat(back.correction()).contains("decide which of the two stays");

        database.branch(3, "insert into account values (9, 'New', 1)");
        past("update account set balance = 2 where id = 9");
        DirtyRow inserted = dirty(3);
        assertThat(inserted.before()).isEmpty();
        operator(inserted.correction());
        database.cancel(3);
        assertThat(database.content("account")).noneMatch(each -> each.startsWith("(9,"));
    }

    @Test
    void aTextThatBothChangedIsLeftToTheOperator() throws SQLException {
        database.branch(
                1,
                "update account set owner = %s where id = 1".formatted(kind.append("owner", "!")));
        past("update account set owner = 'Bo' where id = 1");
        assertThat(dirty(1).correction())
                .contains("-- owner: before 'Li', after 'Li!', found 'Bo': decide.")
                .contains("feiqian_undo where branch = '" + TestDatabase.key(1) + "'");
    }

    @Test
    void aTriggerThatChangesWhatIsRestoredStopsTheUndo() throws SQLException {
        database.run(kind.stamp());
        database.enrol(Set.of("stamp"), "account");
        database.branch(1, "update account set balance = balance + 1 where id = 1");
        List<String> after = database.content("account");
        assertThat(dirty(1).reason()).isEqualTo("a trigger of the table changes what is restored");
        assertThat(database.content("account")).isEqualTo(after);
    }

    @Test
    void aReferenceToARowThatABranchInsertedStopsItsUndo() throws SQLException {
        database.run(
                "create table entry (id int primary key, account bigint, foreign key (account)"
                        + " references account (id))");
        database.enrol(Set.of(), "account");
        database.branch(1, "insert into account values (9, 'New', 1)");
        database.run("insert into entry values (1, 9)");
        assertThat(dirty(1).reason()).contains(kind.violation()).contains("entry");
        database.run("delete from entry");
        database.cancel(1);
        assertThat(database.content("account")).hasSize(3);
    }

    private DirtyRow dirty(int number) {
        try {
            database.cancel(number);
        } catch (UndoStoppedException expected) {
            assertThat(expected.code()).isEqualTo(OutcomeCode.SQL_DIRTY_ROW);
            assertThat(expected.outcome().message()).contains("expected: as the branch left it");
            return expected.evidence();
        } catch (SQLException other) {
            throw new AssertionError("not dirty", other);
        }
        throw new AssertionError("not dirty");
    }

    /** What a database administrator can do and a program cannot. */
    private void past(String statement) throws SQLException {
        assertThatThrownBy(() -> database.run(statement)).isInstanceOf(SQLException.class);
        database.past(statement);
    }

    /** Runs the proposed script as it is. */
    private void operator(String script) throws SQLException {
        database.run(script);
    }
}

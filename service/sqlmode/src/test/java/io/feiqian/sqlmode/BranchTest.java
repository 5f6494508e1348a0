package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.TestDatabase.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What ordinary SQL changes in a branch stays on confirm and is as before on cancel. */
@ParameterizedClass
@EnumSource
final class BranchTest {
    private final Database kind;
    private TestDatabase database;

    BranchTest(Database kind) {
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
                            email varchar(50) unique,
                            balance numeric(18, 2) not null default 0,
                            opened {moment} default now());
                        insert into account (id, owner, email, balance) values
                            (1, 'Li', 'li@example.com', 100), (2, 'Wu', 'wu@example.com', 50),
                            (3, 'Qi', null, 7);
                        create table note (id {identity}, line varchar(50));
                        """,
                        "account",
                        "note");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    @Requirement({"B11.2-c", "S.dtx-2"})
    void ordinaryStatementsAreUndoneWithoutAnyWorkOfTheDeveloper() throws SQLException {
        List<String> before = database.content("account");
        database.branch(
                1,
                "update account set balance = balance - 30 where id = 1",
                "insert into account (id, owner, balance) values (10, 'New', 1), (11, 'Two', 2)",
                "select * from account where id = 2 for update",
                "delete from account where id = 2");
        assertThat(database.content("account")).isNotEqualTo(before);
        database.cancel(1);
        assertThat(database.content("account")).isEqualTo(before);
        assertThat(database.left()).isEmpty();
    }

    @Test
    @Requirement("B11.2-c")
    void aConfirmedBranchStaysAndManyAreConfirmedAtOnce() throws SQLException {
        database.branch(1, "update account set balance = balance - 30 where id = 1");
        database.branch(2, "update account set balance = balance + 30 where id = 2");
        List<String> after = database.content("account");
        database.confirm(1, 2);
        assertThat(database.content("account")).isEqualTo(after);
        assertThat(database.left()).isEmpty();
        database.confirm(1, 2);
        database.cancel(1);
        assertThat(database.content("account")).isEqualTo(after);
    }

    @Test
    void anUndoCanBeRepeatedAndLeavesOtherBranchesAlone() throws SQLException {
        database.branch(1, "update account set balance = balance - 30 where id = 1");
        database.branch(2, "update account set balance = balance + 30 where id = 2");
        database.cancel(1);
        database.cancel(1);
        assertThat(database.rows("select balance from account where id < 3 order by id"))
                .containsExactly("100.00", "80.00");
        assertThat(database.left()).hasSize(2).allMatch(each -> each.endsWith("2/1/1"));
    }

    @Test
    void aRowThatIsChangedSeveralTimesIsTakenBackStepByStep() throws SQLException {
        List<String> before = database.content("account");
        database.branch(
                1,
                "update account set balance = balance - 1, email = %s where id = 1"
                        .formatted(kind.append("email", "x")),
                "update account set balance = balance - 1, id = id + 100 where id = 1",
                "delete from account where id = 101",
                "insert into account (id, owner, email) values (1, 'Again', 'li@example.com')",
                "update account set owner = %s where id = 1".formatted(kind.append("owner", "!")));
        database.cancel(1);
        assertThat(database.content("account")).isEqualTo(before);
    }

    @Test
    void preparedBatchesGeneratedKeysUpsertsAndSavepointsAreCaptured() throws SQLException {
        List<String> before = database.content("account");
        database.branch(
                1,
                connection -> {
                    try (PreparedStatement add =
                            connection.prepareStatement(
                                    "update account set balance = balance + ? where id = ?")) {
                        for (int id = 1; id <= 3; id++) {
                            add.setInt(1, id);
                            add.setLong(2, id);
                            add.addBatch();
                        }
                        assertThat(add.executeBatch()).containsExactly(1, 1, 1);
                    }
                    try (PreparedStatement note =
                            connection.prepareStatement(
                                    "insert into note (line) values (?)",
                                    Statement.RETURN_GENERATED_KEYS)) {
                        note.setString(1, "a 'line'");
                        assertThat(note.executeUpdate()).isEqualTo(1);
                        try (ResultSet keys = note.getGeneratedKeys()) {
                            assertThat(keys.next()).isTrue();
                            assertThat(keys.getLong(1)).isEqualTo(1);
                        }
                    }
                    execute(
                            connection,
                            "insert into account (id, owner, balance) values (1, 'x', 5), (20, 'y', 5) "
                                    + kind.upsert(
                                            "id",
                                            "balance = account.balance + "
                                                    + kind.proposed("balance")));
                    Savepoint here = connection.setSavepoint();
                    execute(connection, "insert into account (id, owner) values (30, 'gone')");
                    connection.rollback(here);
                });
        assertThat(database.rows("select concat(id, ' ', balance) from account order by id"))
                .containsExactly("1 106.00", "2 52.00", "3 10.00", "20 5.00");
        database.cancel(1);
        assertThat(database.content("account")).isEqualTo(before);
        assertThat(database.content("note")).isEmpty();
        assertThat(database.left()).isEmpty();
    }

    @Test
    void aRowIsOnlyOverwrittenAfterItWasReadForUpdate() throws SQLException {
        assertThatThrownBy(() -> database.branch(1, "update account set balance = 70 where id = 1"))
                .satisfies(thrown -> hasCode(thrown, OutcomeCode.SQL_NOT_READ_FOR_UPDATE));
        assertThatThrownBy(() -> database.branch(1, "delete from account where id = 1"))
                .satisfies(thrown -> hasCode(thrown, OutcomeCode.SQL_NOT_READ_FOR_UPDATE));
        assertThatThrownBy(() ->
                        database.branch(
                                1,
                                "update account set balance = coalesce(70, balance) where"
                                        + " id = 1"))
                .satisfies(thrown -> hasCode(thrown, OutcomeCode.SQL_NOT_READ_FOR_UPDATE));
        assertThatThrownBy(() ->
                        database.branch(
                                1,
                                "insert into account (id, owner) values (1, 'x') "
                                        + kind.upsert("id", "owner = " + kind.proposed("owner"))))
                .satisfies(thrown -> hasCode(thrown, OutcomeCode.SQL_NOT_READ_FOR_UPDATE));
        assertThat(database.left()).isEmpty();
        database.branch(
                1,
                "select balance from account a where owner = 'Li' order by 1 limit 5 for update",
                "update account set balance = 70 where id = 1");
        database.branch(
                2,
                TestDatabase.SETTINGS.withBlindWrites(BlindWrites.ALLOWED),
                connection -> execute(connection, "update account set balance = 0 where id = 2"));
        assertThat(database.rows("select balance from account where id < 3 order by id"))
                .containsExactly("70.00", "0.00");
    }

    @Test
    void aBranchOverManyRowsIsUndoneWhole() throws SQLException {
        database.run(
                "insert into account (id, owner) select n, 'many' from "
                        + kind.series(1_000, 2_000));
        List<String> before = database.content("account");
        database.branch(1, "update account set balance = balance + id where owner = 'many'");
        database.cancel(1);
        assertThat(database.content("account")).isEqualTo(before);
    }

    @Test
    void whatWouldEndTheTransactionIsLeftToTheBranch() throws SQLException {
        database.branch(
                1,
                connection -> {
                    assertThatThrownBy(connection::commit)
                            .isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(connection::rollback)
                            .isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(() -> connection.unwrap(Connection.class))
                            .isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(() -> connection.getMetaData().getConnection().commit())
                            .isInstanceOf(IllegalStateException.class);
                    connection.close();
                    execute(connection, "update account set balance = balance + 1 where id = 1");
                });
        assertThat(database.rows("select balance from account where id = 1"))
                .containsExactly("101.00");
    }

    private static void hasCode(Throwable thrown, OutcomeCode code) {
        assertThat(thrown).isInstanceOf(SqlModeException.class);
        assertThat(((SqlModeException) thrown).code()).isEqualTo(code);
        assertThat(((SqlModeException) thrown).outcome().message()).contains("expected: ");
    }
}

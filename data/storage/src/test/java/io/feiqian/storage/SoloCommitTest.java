package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Purses.Add;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A user's own statements and ours are one commit (the first law). */
@Timeout(180)
final class SoloCommitTest {
    private static EmbeddedPostgres postgres;
    private TestCell cell;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() {
        TestCell.forget(postgres);
        cell = TestCell.over(postgres.database());
        cell.run("create table own (id bigint primary key)");
    }

    @AfterEach
    void close() {
        assertThat(cell.booksBalance()).isTrue();
        cell.close();
    }

    @Test
    void bothAreThereOrNeitherIs() throws SQLException {
        Answer answer = solo(Add.of(1, 1, 5), connection -> insert(connection, 1));
        assertThat(answer.isAccepted()).isTrue();
        assertThatThrownBy(() -> solo(Add.of(2, 2, 5), connection -> insert(connection, 1)))
                .isInstanceOf(SQLException.class);
        assertThat(cell.balance(1)).isEqualTo(5);
        assertThat(cell.balance(2)).isZero();
        assertThat(cell.number("select count(*) from own")).isEqualTo(1);
    }

    @Test
    void aRepeatedRequestDoesNotRunTheStatementsAgain() throws SQLException {
        assertThat(solo(Add.of(1, 1, 5), connection -> insert(connection, 1)).recorded()).isFalse();
        Answer again =
                solo(
                        Add.of(1, 1, 5),
                        connection -> {
                            throw new AssertionError("run again");
                        });
        assertThat(again.isAccepted()).isTrue();
        assertThat(again.recorded()).isTrue();
        assertThat(cell.balance(1)).isEqualTo(5);
    }

    @Test
    void theFenceHoldsHereToo() throws SQLException {
        Work foreign =
                new Work(
                        List.of(Claim.of(new Slot(5000), WorkKind.NEW_WORK)),
                        List.of(new Part<>(cell.purses, Add.of(1, 1, 5))),
                        Lane.NEW,
                        TestCell.soon());
        assertThat(cell.commits.solo(foreign, connection -> insert(connection, 1)).code())
                .isEqualTo(OutcomeCode.WRONG_CELL);
        Deadline passed = Deadline.after(Duration.ofNanos(-1), Clock.system());
        assertThat(cell.commits.solo(cell.work(Add.of(1, 1, 5), passed), c -> insert(c, 1)).code())
                .isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        assertThat(cell.number("select count(*) from own")).isZero();
    }

    @Test
    void theStatementsCannotEndTheTransaction() {
        for (LocalCommit.UserStatements each :
                List.<LocalCommit.UserStatements>of(
                        Connection::commit,
                        Connection::rollback,
                        Connection::close,
                        connection -> connection.setAutoCommit(true))) {
            assertThatThrownBy(() -> solo(Add.of(1, 1, 5), each))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("called inside a local commit");
        }
        assertThat(cell.entries()).isZero();
    }

    private Answer solo(Add command, LocalCommit.UserStatements statements) throws SQLException {
        return cell.commits.solo(cell.work(command), statements);
    }

    private static void insert(Connection connection, long id) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into own values (" + id + ")");
        }
    }
}

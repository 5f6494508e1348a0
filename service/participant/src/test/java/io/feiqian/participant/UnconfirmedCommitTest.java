package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.FinishOrder.Verb;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits that a copy which is waited for may not have; PostgreSQL alone says so. */
final class UnconfirmedCommitTest {
    private static final long PAYEE = 2;

    private TwoServices two;

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open();
    }

    @AfterEach
    void close() {
        two.close();
    }

    /**
     * Commits that change a row of the table come with a warning, as where a standby is missing.
     */
    private static void warn(DataSource database, String event, String table) throws SQLException {
        TwoServices.run(
                database,
                "create function warn() returns trigger language plpgsql as"
                        + " $$begin raise warning 'not confirmed'; return null; end$$;"
                        + " create constraint trigger warned after %s on %s deferrable initially"
                                .formatted(event, table)
                        + " deferred for each row execute function warn()");
    }

    @Test
    void anEndThatNotEveryCopyHasIsNotReported() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        Content content = AccountActions.order(PAYEE, 10);
        BranchContext context = context(two.order("standby"), content, 10_000);
        accounts.branches().tcc(context, "credit", content);
        warn(two.accountsDatabase, "update", "feiqian_branch");
        List<FinishOrder> confirm = List.of(confirm(context));

        FinishReport first = accounts.finish(confirm).get(0);
        FinishReport again = accounts.finish(confirm).get(0);

        assertThat(first.outcome().isAccepted()).isFalse();
        assertThat(first.needsOperator()).isFalse();
        assertThat(again.outcome().isAccepted()).isTrue();
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
    }

    @Test
    void anAbortThatNotEveryCopyHasIsNotAnswered() throws SQLException {
        GlobalTransactions payments = two.payments();
        Inquiry inquiry = new Inquiry(new BranchKey(two.order("standby").trace(), 1, 1), 7);
        warn(two.paymentsDatabase, "insert", "feiqian_decision");

        assertThatThrownBy(() -> payments.answer(inquiry))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("not confirmed");
        assertThat(payments.answer(inquiry)).isEqualTo(Verdict.ABORT);
    }

    private static FinishOrder confirm(BranchContext context) {
        return FinishOrder.of(
                Verb.CONFIRM,
                context.key(),
                context.initiator(),
                context.digest(),
                context.businessDate());
    }

    private static BranchContext context(TransactionOrder order, Content content, long millis) {
        return new BranchContext(
                new BranchKey(order.trace(), 1, 1),
                "payments",
                content.digest(),
                TwoServices.DAY,
                Duration.ofMillis(millis));
    }
}

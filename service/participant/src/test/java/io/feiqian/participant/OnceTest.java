package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Idempotence for everybody: the first call's answer, however often it is asked. */
@ParameterizedClass
@EnumSource(
        value = Databases.class,
        names = {"POSTGRESQL", "MARIADB"})
final class OnceTest {
    private final Databases databases;

    OnceTest(Databases databases) {
        this.databases = databases;
    }

    private static final Duration WITHIN = Duration.ofSeconds(20);
    private static final TraceNumber TRACE = TwoServices.order(1, "").trace();
    private static final SubNumber SUB = new SubNumber(3);
    private static final Content REQUEST = Content.ofText("add 10");

    private TwoServices two;
    private Once once;

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open(databases);
        two.payments();
        once = Once.over(two.paymentsDatabase);
    }

    @AfterEach
    void close() {
        two.close();
    }

    private BranchAnswer add(Once service, long amount) throws SQLException {
        return service.answer(
                TRACE,
                SUB,
                REQUEST,
                WITHIN,
                connection -> AccountActions.change(connection, 1, amount));
    }

    @Test
    @Requirement("M6.5-2")
    void aCallThatComesAgainIsAnsweredWhatTheFirstWasAnswered() throws SQLException {
        BranchAnswer first = add(once, 10);
        BranchAnswer again = add(once, 10);

        assertThat(first.answer().text()).isEqualTo("balance 1010");
        assertThat(again.answer()).isEqualTo(first.answer());
        assertThat(again.recorded()).isTrue();
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    @Test
    void aRefusalForABusinessReasonIsRecordedToo() throws SQLException {
        BranchAnswer first = add(once, -5_000);
        TwoServices.run(two.paymentsDatabase, "update account set balance = 9000 where id = 1");
        BranchAnswer again = add(once, -5_000);

        assertThat(first.outcome().code()).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(again.outcome()).isEqualTo(first.outcome());
        assertThat(again.recorded()).isTrue();
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(9_000);
    }

    @Test
    void callsAtTheSameTimeHaveOneEffectAndOneAnswer() throws Exception {
        List<Callable<BranchAnswer>> calls =
                IntStream.range(0, 20)
                        .<Callable<BranchAnswer>>mapToObj(i -> () -> add(once, 10))
                        .toList();

        List<Future<BranchAnswer>> answers = two.executor.invokeAll(calls);

        for (Future<BranchAnswer> each : answers) {
            assertThat(each.get().answer().text()).isEqualTo("balance 1010");
        }
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    @Test
    void theSameKeyWithAnotherRequestIsRefused() throws SQLException {
        add(once, 10);

        BranchAnswer other =
                once.answer(
                        TRACE,
                        SUB,
                        Content.ofText("add 20"),
                        WITHIN,
                        connection -> AccountActions.change(connection, 1, 20));

        assertThat(other.outcome().code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    @Test
    void whatFailedIsNotRecordedAndMayBeTriedAgain() throws SQLException {
        assertThatThrownBy(() ->
                        once.answer(
                                TRACE,
                                SUB,
                                REQUEST,
                                WITHIN,
                                connection -> {
                                    AccountActions.change(connection, 1, 10);
                                    throw new SQLException("the business's own", "22000");
                                }))
                .hasMessage("the business's own");

        assertThat(add(once, 10).recorded()).isFalse();
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    @Test
    void aCommitWhoseAnswerWasLostIsUnknownAndTheNextCallFindsTheTruth() throws SQLException {
        LosingAnswers losing = new LosingAnswers(two.paymentsDatabase);
        losing.loseNext("feiqian_answer");
        Once unlucky = Once.over(losing.dataSource());

        BranchAnswer lost = add(unlucky, 10);
        BranchAnswer again = add(unlucky, 10);

        assertThat(lost.outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(again.recorded()).isTrue();
        assertThat(again.answer().text()).isEqualTo("balance 1010");
    }

    @Test
    void oldAnswersAreDeletedInSmallBatches() throws SQLException {
        for (int i = 0; i < 5; i++) {
            once.answer(TRACE, new SubNumber(i), REQUEST, WITHIN, connection -> Content.EMPTY);
        }
        TwoServices.run(
                two.paymentsDatabase,
                "update feiqian_answer set answered_at = answered_at - 100000 where sub < 4");

        Once later = later();

        assertThat(later.clean(Duration.ofSeconds(50), 3)).isEqualTo(3);
        assertThat(later.clean(Duration.ofSeconds(50), 3)).isEqualTo(1);
        assertThat(later.clean(Duration.ofSeconds(50), 3)).isZero();
    }

    /** However short the age that is asked for: without its answer a repetition is done again. */
    @Test
    void anAnswerIsNotDeletedWhileItsTraceNumberIsRecognised() throws SQLException {
        add(once, 10);
        TwoServices.run(
                two.paymentsDatabase,
                "update feiqian_answer set answered_at = answered_at - 100000");

        assertThat(once.clean(Duration.ofSeconds(50), 3)).isZero();

        assertThat(add(once, 10).recorded()).isTrue();
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    @Test
    @Requirement("D7.3-a")
    void aCallWhoseAnswerMayBeDeletedIsRefusedAndNotDoneAgain() throws SQLException {
        add(once, 10);
        Once later = later();
        BranchAnswer onRecord = add(later, 10);
        TwoServices.run(
                two.paymentsDatabase,
                "update feiqian_answer set answered_at = answered_at - 100000");
        assertThat(later.clean(Duration.ofSeconds(50), 3)).isEqualTo(1);

        BranchAnswer deleted = add(later, 10);

        assertThat(onRecord.recorded()).isTrue();
        assertThat(deleted.outcome().code()).isEqualTo(OutcomeCode.TRACE_EXPIRED);
        assertThat(two.balance(two.paymentsDatabase, 1)).isEqualTo(1_010);
    }

    /** Where trace numbers of today are no longer recognised, and their answers no longer kept. */
    private Once later() {
        return Once.over(
                two.paymentsDatabase,
                TransactionSettings.DEFAULT,
                TwoServices.ahead(Duration.ofDays(411)));
    }
}

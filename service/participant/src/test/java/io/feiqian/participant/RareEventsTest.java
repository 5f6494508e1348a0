package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SubNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens seldom and would cost money: each was once wrong. */
@ParameterizedClass
@EnumSource(
        value = Databases.class,
        names = {"POSTGRESQL", "MARIADB"})
final class RareEventsTest {
    private final Databases databases;

    RareEventsTest(Databases databases) {
        this.databases = databases;
    }

    private static final long PAYER = 1;
    private static final long PAYEE = 2;
    private static final String PAYMENTS_DONE = "create table done (id varchar(20) primary key)";

    private TwoServices two;

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open(databases);
    }

    @AfterEach
    void close() {
        two.close();
    }

    /** Work that fails by its own unique key where it was done before, as a user's often does. */
    private static Content once(Connection connection, String id) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into done (id) values (?)")) {
            insert.setString(1, id);
            insert.execute();
        }
        return Content.ofText("done " + id);
    }

    @Test
    void workThatFailsBecauseItWasDoneBeforeIsAnsweredWhatItWasAnswered() throws SQLException {
        two.payments();
        TwoServices.run(two.paymentsDatabase, PAYMENTS_DONE);
        Once once = Once.over(two.paymentsDatabase);
        BranchWork checked = connection -> once(connection, "a");
        BranchWork unchecked =
                connection -> {
                    try {
                        return once(connection, "b");
                    } catch (SQLException duplicate) {
                        throw new IllegalStateException("as frameworks translate it", duplicate);
                    }
                };
        for (BranchWork work : List.of(checked, unchecked)) {
            var trace = two.order("").trace();
            SubNumber sub = new SubNumber(1);
            Duration within = Duration.ofSeconds(20);

            BranchAnswer first = once.answer(trace, sub, Content.EMPTY, within, work);
            BranchAnswer again = once.answer(trace, sub, Content.EMPTY, within, work);

            assertThat(first.isAccepted()).isTrue();
            assertThat(again.answer()).isEqualTo(first.answer());
            assertThat(again.recorded()).isTrue();
        }
    }

    @Test
    void anOwnShareThatFailsBecauseItWasDoneBeforeIsAnsweredWhatItWasAnswered()
            throws SQLException {
        GlobalTransactions payments = two.payments();
        two.accounts();
        TwoServices.run(two.paymentsDatabase, PAYMENTS_DONE);
        BranchWork checked = connection -> once(connection, "a");
        BranchWork unchecked =
                connection -> {
                    try {
                        return once(connection, "b");
                    } catch (SQLException duplicate) {
                        throw new IllegalStateException("as frameworks translate it", duplicate);
                    }
                };
        BranchWork refusing =
                connection -> {
                    try {
                        return once(connection, "c");
                    } catch (SQLException duplicate) {
                        throw new RefusedException(OutcomeCode.ALREADY_EXISTS, "c", duplicate);
                    }
                };
        for (BranchWork work : List.of(checked, unchecked, refusing)) {
            TransactionOrder order = two.order("own share and a message");
            TransactionBody<SQLException> body =
                    scope -> {
                        scope.message("accounts", "credit-message", AccountActions.order(PAYEE, 1));
                        scope.own(work);
                    };

            TransactionAnswer first = payments.execute(order, body);
            TransactionAnswer again = payments.execute(order, body);

            assertThat(first.isAccepted()).isTrue();
            assertThat(again.isAccepted()).isTrue();
            assertThat(again.recorded()).isTrue();
            assertThat(again.answer()).isEqualTo(first.answer());
        }
    }

    @Test
    void anExceptionOfTheOwnSharePassesOnAndUndoesTheBranchesAtOnce() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        Content order = AccountActions.order(PAYEE, 10);

        assertThatThrownBy(() ->
                        payments.execute(
                                two.order("own share breaks"),
                                scope -> {
                                    scope.call(
                                            "accounts",
                                            order,
                                            context ->
                                                    accounts.branches()
                                                            .tcc(context, "credit", order));
                                    scope.own(connection -> {
                                        throw new IllegalStateException("the user's own");
                                    });
                                }))
                .hasMessage("the user's own");

        // Nobody looks for leftovers here.
        TwoServices.await(() -> held() == 0);
    }

    private long held() {
        try {
            return two.held();
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aBranchWhoseInitiatorCouldNotBeAddressedOnceIsAskedForAgain() throws SQLException {
        two.payments();
        AtomicBoolean unknown = new AtomicBoolean(true);
        GlobalTransactions accounts =
                ServiceSetup.of(
                                "accounts",
                                two.accountsDatabase,
                                new ServiceChannel() {
                                    @Override
                                    public CompletionStage<List<FinishReport>> finish(
                                            String service, List<FinishOrder> orders) {
                                        return two.wire.finish(service, orders);
                                    }

                                    @Override
                                    public CompletionStage<Verdict> inquire(
                                            String initiator, Inquiry inquiry) {
                                        if (unknown.get()) {
                                            throw new IllegalStateException("no address");
                                        }
                                        return two.wire.inquire(initiator, inquiry);
                                    }
                                })
                        .with(AccountActions.all())
                        .with(
                                TransactionSettings.DEFAULT.withRecovery(
                                        Duration.ofMillis(20), Duration.ZERO))
                        .with(new SettableClock(Clock.system().now()), two.timer, two.executor)
                        .createTables()
                        .open();
        for (int i = 0; i < 3; i++) {
            Content content = AccountActions.order(PAYEE, 10);
            BranchContext context = context(two.order("left behind " + i), content, 100);
            assertThat(accounts.branches().tcc(context, "credit", content).isAccepted()).isTrue();
        }

        TwoServices.await(() -> recovered(accounts) == 3);
        unknown.set(false);
        two.settle(accounts);

        assertThat(two.held()).isZero();
        accounts.close();
    }

    private static int recovered(GlobalTransactions service) {
        try {
            return service.recoverNow();
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aMessageThatWasTakenIsNotTakenAgainAfterACleaning() throws SQLException {
        SettableClock clock = TwoServices.ahead(Duration.ZERO);
        GlobalTransactions accounts = two.accounts(clock);
        Content content = AccountActions.order(PAYEE, 10);
        FinishOrder deliver =
                new FinishOrder(
                        Verb.DELIVER,
                        new BranchKey(two.order("told twice").trace(), 1, 1),
                        "payments",
                        content.digest(),
                        TwoServices.DAY,
                        "credit-message",
                        content);
        assertThat(accounts.finish(List.of(deliver)).get(0).outcome().isAccepted()).isTrue();
        // Its initiator did not hear the report, and was down for longer than rows are kept.
        TwoServices.run(
                two.accountsDatabase,
                "update feiqian_branch set finished_at = finished_at - 700000,"
                        + " decide_by = decide_by - 700000");
        accounts.cleanNow();

        assertThat(accounts.finish(List.of(deliver)).get(0).outcome().isAccepted()).isTrue();

        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
        TwoServices.age(two.accountsDatabase, Duration.ofDays(41));
        clock.advance(Duration.ofDays(41));
        assertThat(accounts.cleanNow()).isEqualTo(1);
    }

    @Test
    void whatWaitsForAnOperatorIsNotSaidToBeSettledAndTheRestIsRecorded() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        Content order = AccountActions.order(PAYEE, 10);

        TransactionAnswer answer =
                payments.execute(
                        two.order("half an operator's").settled(),
                        scope -> {
                            BranchContext context = scope.branch("accounts", order.digest());
                            accounts.branches().tcc(context, "credit", order);
                            scope.answered(context, BranchAnswer.accepted(Content.EMPTY));
                            scope.message("accounts", "credit-message", order);
                            // Past all rules, so that its confirm is a contradiction.
                            TwoServices.run(
                                    two.accountsDatabase,
                                    "update feiqian_branch set state = 3, finished_at = 1");
                        });

        assertThat(answer.isAccepted()).isTrue();
        assertThat(answer.settled()).isFalse();
        TwoServices.await(() -> acknowledged() == 1L << 2);
    }

    private long acknowledged() {
        try {
            return TwoServices.number(
                    two.paymentsDatabase, "select acknowledged from feiqian_decision");
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aContextThatIsUsedForASecondThingIsRefusedAndNotAnsweredWithTheFirst()
            throws SQLException {
        two.payments();
        GlobalTransactions accounts = two.accounts();
        Content first = AccountActions.order(PAYEE, 10);
        Content second = AccountActions.order(PAYEE, 3);
        BranchContext context = context(two.order("principal and fee"), first, 10_000);
        assertThat(accounts.branches().tcc(context, "credit", first).isAccepted()).isTrue();

        BranchAnswer otherContent = accounts.branches().tcc(context, "credit", second);
        BranchAnswer otherAction = accounts.branches().reversible(context, "credit-at-once", first);

        assertThat(otherContent.outcome().code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(otherAction.outcome().code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(accounts.branches().tcc(context, "credit", first).recorded()).isTrue();
    }

    @Test
    void whatNobodyAnswersForKeepsNothingElseFromBeingTakenUp() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts(new SettableClock(Clock.system().now()));
        for (int i = 0; i < 230; i++) {
            BranchContext lost = context(two.order("dead"), Content.EMPTY, 100);
            BranchContext dead =
                    new BranchContext(
                            lost.key(),
                            "nobody",
                            lost.digest(),
                            lost.businessDate(),
                            lost.remaining());
            accounts.branches().tcc(dead, "credit", AccountActions.order(PAYEE, 1));
        }
        Content content = AccountActions.order(PAYER, 10);
        BranchContext context = context(two.order("alive"), content, 100);
        accounts.branches().tcc(context, "credit", content);

        TwoServices.await(() -> recovered(accounts) >= 0 && isCancelled());

        assertThat(payments.find(context.key().trace())).isPresent();
    }

    private boolean isCancelled() {
        try {
            return TwoServices.number(
                            two.accountsDatabase,
                            "select count(*) from feiqian_branch where state = 3")
                    == 1;
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aMessageIsTakenUpThoughManyDecisionsBeforeItCannotBeFinished() throws SQLException {
        two.accounts();
        GlobalTransactions dying = two.payments(TwoServices.silence());
        for (int i = 0; i < 130; i++) {
            dying.execute(
                    two.order("to nobody"),
                    scope -> scope.message("nobody", "credit-message", Content.EMPTY));
        }
        dying.execute(
                two.order("to accounts"),
                scope ->
                        scope.message(
                                "accounts", "credit-message", AccountActions.order(PAYEE, 10)));
        dying.close();
        GlobalTransactions other = two.payments();

        TwoServices.await(() -> recovered(other) >= 0 && balance(PAYEE) == 1_010);
    }

    private long balance(long account) {
        try {
            return two.balance(two.accountsDatabase, account);
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aBranchDoesNotWaitForAPreparedOneOfItsOwnBatch() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        Content content = AccountActions.order(PAYEE, 10);
        BranchContext tried = context(two.order("TCC"), content, 10_000);
        BranchContext prepared = context(two.order("XA"), content, 10_000);
        accounts.branches().tcc(tried, "credit", content);
        accounts.branches().xa(prepared, connection -> AccountActions.change(connection, PAYEE, 5));

        List<FinishReport> reports = accounts.finish(List.of(confirm(tried), confirm(prepared)));

        assertThat(reports).hasSize(2).allMatch(each -> each.outcome().isAccepted());
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_015);
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "XA"})
    void aBodyThatAsksForSomethingElseTheSecondTimeCallsNoOperator(BranchKind kind)
            throws SQLException {
        GlobalTransactions payments = two.payments();
        SettableClock clock = new SettableClock(Clock.system().now());
        GlobalTransactions accounts = two.accounts(clock);
        TransactionOrder order = two.order("content with the time of day");
        Content first = AccountActions.order(PAYEE, 10);
        Content second = AccountActions.order(PAYEE, 11);
        BranchWork credit = connection -> AccountActions.change(connection, PAYEE, 10);
        // The first execution died behind its try.
        BranchContext context = context(order, first, 300);
        BranchAnswer tried =
                kind == BranchKind.TCC
                        ? accounts.branches().tcc(context, "credit", first)
                        : accounts.branches().xa(context, credit);
        assertThat(tried.isAccepted()).isTrue();

        payments.execute(
                order,
                scope ->
                        scope.call(
                                "accounts",
                                second,
                                again ->
                                        kind == BranchKind.TCC
                                                ? accounts.branches().tcc(again, "credit", second)
                                                : accounts.branches().xa(again, credit)));
        clock.advance(Duration.ofSeconds(1));
        two.settle(payments, accounts);

        assertThat(two.alarms).isEmpty();
        assertThat(two.held()).isZero();
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_000);
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

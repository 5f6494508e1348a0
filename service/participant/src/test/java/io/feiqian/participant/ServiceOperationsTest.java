package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.ServiceOperations.Search;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators find of a service's transactions and what they may do about them. */
@ParameterizedClass
@EnumSource(
        value = Databases.class,
        names = {"POSTGRESQL", "MARIADB"})
final class ServiceOperationsTest {
    private static final ServiceOperator ANNA = new ServiceOperator("anna", "the account was shut");
    private static final ServiceOperator BERT = new ServiceOperator("bert", "voucher 17 checked");

    private final Databases databases;
    private TwoServices two;

    ServiceOperationsTest(Databases databases) {
        this.databases = databases;
    }

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open(databases);
    }

    @AfterEach
    void close() {
        two.close();
    }

    private static void refused(OutcomeCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    /** Moves 25 from account 1 to account 2; answered at the decision. */
    private static TransactionOrder transfer(
            GlobalTransactions payments, GlobalTransactions accounts, TransactionOrder order)
            throws SQLException {
        Content credit = AccountActions.order(2, 25);
        TransactionAnswer answer =
                payments.execute(
                        order,
                        scope -> {
                            scope.call(
                                    "accounts",
                                    credit,
                                    context -> accounts.branches().tcc(context, "credit", credit));
                            scope.own(connection -> AccountActions.change(connection, 1, -25));
                        });
        assertThat(answer.isAccepted()).isTrue();
        return order;
    }

    private static void awaitTrouble(GlobalTransactions service, TraceNumber trace) {
        TwoServices.await(() -> {
            try {
                return !service.operations().show(trace).driving().isEmpty();
            } catch (SQLException failed) {
                throw new AssertionError(failed);
            }
        });
    }

    private void suspendedLongAgo(GlobalTransactions service, TraceNumber trace)
            throws SQLException {
        service.operations().suspend(trace, ANNA);
        TwoServices.run(
                service.service().equals("payments") ? two.paymentsDatabase : two.accountsDatabase,
                "update feiqian_suspension set since = since - 60000");
    }

    @Test
    @Requirement({"B11.3-a", "B11.3-c"})
    void whatHangsIsCountedListedAndShownWithItsErrorAndTakenUpAgain() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions payments = two.payments();
        two.wire.remove(accounts);
        TraceNumber trace = transfer(payments, accounts, two.order("hangs")).trace();
        awaitTrouble(payments, trace);

        ServiceTotals totals = payments.operations().totals();
        List<ServiceRecord> listed = payments.operations().list(Search.unfinished());
        ServicePicture picture = payments.operations().show(trace);
        ServicePicture there = accounts.operations().show(trace);

        assertThat(totals.unfinished())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.participant()).isEqualTo("accounts");
                    assertThat(each.state()).isEqualTo("DECIDED");
                    assertThat(each.count()).isEqualTo(1);
                });
        assertThat(totals.newest()).containsExactly(new ServiceTotals.Ended("DECIDED", 1));
        assertThat(listed)
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.trace()).isEqualTo(trace);
                    assertThat(each.branches())
                            .containsExactly(new ServiceRecord.Listed(1, "accounts", "", false));
                });
        assertThat(picture.driving())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.service()).isEqualTo("accounts");
                    assertThat(each.error()).contains("no answer");
                });
        assertThat(there.records())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.state()).isEqualTo("TRIED");
                    assertThat(each.kind()).isEqualTo("TCC");
                });
        assertThat(payments.operations().list(new Search("settled", Duration.ZERO, "", 9)))
                .isEmpty();
        assertThat(payments.operations().list(new Search("unfinished", Duration.ZERO, "others", 9)))
                .isEmpty();
        assertThat(payments.operations().list(new Search("decided", Duration.ofHours(1), "", 9)))
                .isEmpty();

        two.wire.add(accounts);
        assertThat(payments.operations().retry(trace, ANNA)).isEqualTo(1);
        two.settle(payments, accounts);

        assertThat(payments.operations().list(new Search("settled", Duration.ZERO, "accounts", 9)))
                .hasSize(1);
        assertThat(payments.operations().show(trace).changes())
                .extracting(ServicePicture.Change::what)
                .containsExactly("retry");
        assertThat(two.balance(two.accountsDatabase, 2)).isEqualTo(1_025);
    }

    @Test
    void whatIsSuspendedIsNeitherDrivenNorFinishedUntilItIsResumed() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions silent = two.payments(TwoServices.silence());
        TraceNumber trace = transfer(silent, accounts, two.order("suspended")).trace();
        assertThat(accounts.operations().suspend(trace, ANNA)).isTrue();
        assertThat(accounts.operations().suspend(trace, BERT)).isFalse();
        silent.close();
        GlobalTransactions payments = two.payments();

        payments.recoverNow();
        awaitTrouble(payments, trace);

        assertThat(payments.operations().show(trace).driving())
                .singleElement()
                .satisfies(each -> assertThat(each.error()).contains("TRANSACTION_SUSPENDED"));
        assertThat(two.balance(two.accountsDatabase, 2)).isEqualTo(1_000);
        refused(OutcomeCode.TRANSACTION_SUSPENDED, () -> accounts.operations().retry(trace, ANNA));
        assertThat(accounts.operations().totals().suspended()).isEqualTo(1);
        assertThat(accounts.operations().show(trace).suspension().orElseThrow().by())
                .isEqualTo(ANNA);

        assertThat(accounts.operations().resume(trace, BERT)).isTrue();
        two.settle(payments, accounts);

        assertThat(two.balance(two.accountsDatabase, 2)).isEqualTo(1_025);
        assertThat(accounts.operations().show(trace).changes())
                .extracting(ServicePicture.Change::what)
                .containsExactly("suspend", "resume");
    }

    @Test
    @Requirement("B12-c.2")
    void aContradictionIsEndedAtItsBranchByTwoOperatorsAndNeverAgainstTheDecision()
            throws SQLException {
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions silent = two.payments(TwoServices.silence());
        TraceNumber trace = transfer(silent, accounts, two.order("contradiction")).trace();
        silent.close();
        TwoServices.run(
                two.accountsDatabase, "update feiqian_branch set state = 3, finished_at = 1");
        TwoServices.run(two.accountsDatabase, "update account set held = 0 where id = 2");
        GlobalTransactions payments = two.payments();
        payments.recoverNow();
        ServiceOperations operations = accounts.operations();
        TwoServices.await(() -> !two.alarms.isEmpty());

        assertThat(operations.show(trace).alarms())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.kind()).isEqualTo(ServiceAlarms.Kind.CONTRADICTION);
                    assertThat(two.alarms).containsExactly(each.kind() + " " + each.message());
                });
        refused(
                OutcomeCode.AGAINST_DECISION,
                () -> operations.propose(trace, 1, BranchState.CANCELLED, "voucher 17", ANNA));
        refused(
                OutcomeCode.MISSING_FIELD,
                () -> operations.propose(trace, 1, BranchState.CONFIRMED, " ", ANNA));
        refused(
                OutcomeCode.UNKNOWN_TRANSACTION,
                () -> operations.propose(trace, 2, BranchState.CONFIRMED, "voucher 17", ANNA));

        // The money is posted by hand, then two people say so.
        TwoServices.run(
                two.accountsDatabase, "update account set balance = balance + 25 where id = 2");
        ServiceProposal proposal =
                operations.propose(trace, 1, BranchState.CONFIRMED, "voucher 17", ANNA);
        assertThat(operations.proposals()).containsExactly(proposal);
        refused(
                OutcomeCode.SECOND_OPERATOR_REQUIRED,
                () ->
                        operations.approve(
                                proposal.id(),
                                proposal.digest(),
                                new ServiceOperator(" Anna ", "me again")));
        refused(
                OutcomeCode.SECOND_OPERATOR_REQUIRED,
                () ->
                        operations.approve(
                                proposal.id(),
                                proposal.digest(),
                                new ServiceOperator("oidc:anna", "me by another way in")));
        refused(
                OutcomeCode.PROPOSAL_DIFFERS,
                () -> operations.approve(proposal.id(), proposal.digest() + 1, BERT));
        ServiceProposal approved = operations.approve(proposal.id(), proposal.digest(), BERT);
        assertThat(operations.approve(proposal.id(), proposal.digest(), BERT)).isEqualTo(approved);
        refused(OutcomeCode.PROPOSAL_ENDED, () -> operations.reject(proposal.id(), ANNA));
        refused(
                OutcomeCode.UNKNOWN_PROPOSAL,
                () -> operations.approve(4_711, proposal.digest(), BERT));

        TwoServices.await(() -> {
            try {
                // Until its last order's report is in, it is not stopped yet.
                payments.operations().retry(trace, ANNA);
                return two.unfinished() == 0;
            } catch (SQLException failed) {
                throw new AssertionError(failed);
            }
        });
        assertThat(two.balance(two.accountsDatabase, 2)).isEqualTo(1_025);
        assertThat(operations.show(trace).changes())
                .extracting(ServicePicture.Change::what)
                .containsExactly("propose 1, CONFIRMED", "approve 1");
    }

    @Test
    void aBranchThatMayStillEndByItselfIsResolvedOnlyWhileItIsSuspended() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions payments = two.payments(TwoServices.silence());
        TraceNumber trace = transfer(payments, accounts, two.order("may still end")).trace();
        TwoServices.run(two.accountsDatabase, "update feiqian_branch set decide_by = 1");
        ServiceOperations operations = two.accounts().operations();

        refused(
                OutcomeCode.NOT_TO_BE_RESOLVED,
                () -> operations.propose(trace, 1, BranchState.CONFIRMED, "voucher 18", ANNA));
        operations.suspend(trace, ANNA);
        refused(
                OutcomeCode.NOT_TO_BE_RESOLVED,
                () -> operations.propose(trace, 1, BranchState.CONFIRMED, "voucher 18", ANNA));
        TwoServices.run(
                two.accountsDatabase, "update feiqian_suspension set since = since - 60000");
        ServiceProposal proposal =
                operations.propose(trace, 1, BranchState.CONFIRMED, "voucher 18", ANNA);

        // Somebody resumes it, and the confirm comes through before the second one looks.
        operations.resume(trace, BERT);
        refused(
                OutcomeCode.NOT_TO_BE_RESOLVED,
                () -> operations.approve(proposal.id(), proposal.digest(), BERT));
        two.settle(two.payments(), accounts);
        assertThat(two.balance(two.accountsDatabase, 2)).isEqualTo(1_025);
        suspendedLongAgo(accounts, trace);
        assertThatThrownBy(() -> operations.approve(proposal.id(), proposal.digest(), BERT))
                .isInstanceOf(RefusedException.class);
        assertThat(operations.reject(proposal.id(), ANNA).state())
                .isEqualTo(ServiceProposal.State.REJECTED);
    }

    @Test
    void aBranchOfAServiceThatIsGoneIsTakenForFinishedAtItsDecisionByTwoOperators()
            throws SQLException {
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions payments = two.payments();
        two.wire.remove(accounts);
        TraceNumber trace = transfer(payments, accounts, two.order("gone")).trace();
        ServiceOperations operations = payments.operations();

        refused(
                OutcomeCode.NOT_TO_BE_RESOLVED,
                () -> operations.propose(trace, 1, BranchState.CONFIRMED, "voucher 19", ANNA));
        suspendedLongAgo(payments, trace);
        refused(
                OutcomeCode.AGAINST_DECISION,
                () -> operations.propose(trace, 1, BranchState.CANCELLED, "voucher 19", ANNA));
        ServiceProposal proposal =
                operations.propose(trace, 1, BranchState.CONFIRMED, "voucher 19", ANNA);
        operations.approve(proposal.id(), proposal.digest(), BERT);
        operations.resume(trace, ANNA);

        TwoServices.await(() -> payments.unfinished() == 0);
        assertThat(operations.list(Search.unfinished())).isEmpty();
        assertThat(payments.operations().show(trace).records().get(0).state()).isEqualTo("SETTLED");

        // Should the service come back it asks, and gives back what it had reserved.
        two.wire.add(accounts);
        TwoServices.run(two.accountsDatabase, "update feiqian_branch set decide_by = 1");
        two.settle(accounts);
        assertThat(two.held()).isZero();
        assertThat(two.balance(two.accountsDatabase, 2)).isEqualTo(1_000);
    }

    @Test
    void aDirtyRowIsFoundByItsAlarmAndEndedWithoutBeingTouched() throws SQLException {
        AtomicInteger letGo = new AtomicInteger();
        StatementUndo undo =
                new StatementUndo() {
                    @Override
                    public Capture capture(Connection connection, BranchKey key) {
                        return new Capture() {
                            @Override
                            public Connection connection() {
                                return connection;
                            }

                            @Override
                            public void flush() {}
                        };
                    }

                    @Override
                    public void confirm(Connection connection, Collection<BranchKey> keys) {
                        letGo.addAndGet(keys.size());
                    }

                    @Override
                    public void cancel(Connection connection, BranchKey key) throws SQLException {
                        throw new DirtyRowException("account 2 was changed", "set it to 1000");
                    }
                };
        GlobalTransactions accounts = two.accounts(AccountActions.all().with(undo));
        GlobalTransactions payments = two.payments();
        BranchContext context =
                new BranchContext(
                        new BranchKey(two.order("dirty").trace(), 1, 1),
                        "payments",
                        7,
                        TwoServices.DAY,
                        Duration.ofMinutes(1));
        accounts.branches().sql(context, connection -> AccountActions.change(connection, 2, 25));
        TwoServices.run(two.accountsDatabase, "update feiqian_branch set decide_by = 1");
        TraceNumber trace = context.key().trace();
        accounts.recoverNow();
        TwoServices.await(() -> !two.alarms.isEmpty());

        assertThat(accounts.operations().show(trace).alarms())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.kind()).isEqualTo(ServiceAlarms.Kind.DIRTY_ROW);
                    assertThat(each.message()).contains("set it to 1000");
                });
        suspendedLongAgo(accounts, trace);
        ServiceProposal proposal =
                accounts.operations()
                        .propose(trace, 1, BranchState.CANCELLED, "corrected by ticket 4", ANNA);
        accounts.operations().approve(proposal.id(), proposal.digest(), BERT);

        assertThat(letGo).hasValue(1);
        assertThat(accounts.operations().show(trace).records().get(0).state())
                .isEqualTo("CANCELLED");
        assertThat(two.unfinished()).isZero();
        assertThat(payments.find(trace).orElseThrow().isAccepted()).isFalse();
    }

    @Test
    void nobodyWithoutNameOrReasonChangesAnything() {
        refused(OutcomeCode.OPERATOR_REQUIRED, () -> new ServiceOperator(" ", "why"));
        refused(OutcomeCode.OPERATOR_REQUIRED, () -> new ServiceOperator("anna", " "));
    }

    @Test
    void whatTheServiceHasNoRecordOfIsNotChanged() throws SQLException {
        GlobalTransactions payments = two.payments();
        TraceNumber trace = two.order("never sent").trace();

        assertThat(payments.operations().show(trace).isEmpty()).isTrue();
        refused(OutcomeCode.UNKNOWN_TRANSACTION, () -> payments.operations().retry(trace, ANNA));
        refused(OutcomeCode.UNKNOWN_TRANSACTION, () -> payments.operations().suspend(trace, ANNA));
    }
}

package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.Standing;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.transaction.DecisionBook.Change;
import io.feiqian.transaction.DecisionCommand.Abort;
import io.feiqian.transaction.DecisionCommand.Acknowledge;
import io.feiqian.transaction.DecisionCommand.Decide;
import io.feiqian.transaction.DecisionCommand.Guard;
import io.feiqian.transaction.DecisionCommand.Inquire;
import io.feiqian.transaction.DecisionCommand.Look;
import io.feiqian.transaction.DecisionCommand.Mark;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecisionBookTest {
    private static final long NOW = 1_000_000;
    private static final long DIGEST = 42;
    private static final TraceNumber TRACE = TraceNumber.of(FixedContext.DAY, new Slot(17), 1, 1);
    private static final BranchSpec BRANCH =
            BranchSpec.of(1, new Slot(9_000), "ledger", Content.ofText("credit"));
    private static final Outcome.Refused TIMEOUT =
            new Outcome.Refused(OutcomeCode.CELL_UNAVAILABLE, "no answer");

    private final DecisionBook book = new DecisionBook(FixedContext.at(NOW));

    @Test
    void aDecisionIsRecordedWithItsExactBranches() {
        Answer answer = run(decide(1, DIGEST), Answer.accepted("posted"));

        assertThat(answer.value(String.class)).contains("posted");
        Change change = book.changes().getFirst();
        assertThat(change.inserted()).isTrue();
        assertThat(change.row().state()).isEqualTo(DecisionState.COMMITTED);
        assertThat(change.row().branches()).containsExactly(BRANCH);
        assertThat(change.row().transactionState()).isEqualTo(TransactionState.DECIDED);
    }

    @Test
    void aRefusedOwnShareVoidsTheAttemptInTheSameCommit() {
        Answer refusal = Answer.refused(OutcomeCode.INSUFFICIENT_FUNDS, "too little");

        Answer answer = run(decide(1, DIGEST), refusal);

        assertThat(answer.code()).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(answer.value(Decision.class).orElseThrow().state())
                .isEqualTo(DecisionState.REFUSED);
        assertThat(ended(decide(2, DIGEST)).code())
                .as("a refusal for business reasons is final")
                .isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
    }

    @Test
    void aRefusalThatMayPassVoidsTheAttemptOnly() {
        run(decide(1, DIGEST), Answer.refused(OutcomeCode.DAY_CLOSED, "closed"));

        assertThat(row().state()).isEqualTo(DecisionState.ABORTED);
        assertThat(book.check(decide(2, DIGEST))).isEqualTo(Check.FRESH);
    }

    @Test
    void noDecisionIsMadePastItsDeadlineByTheDatabasesClock() {
        Decide late =
                new Decide(
                        TRACE,
                        1,
                        DIGEST,
                        NOW - 1,
                        FixedContext.DAY,
                        List.of(BRANCH),
                        Content.EMPTY);

        Answer answer = ended(late);

        assertThat(answer.code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        assertThat(book.changes()).isEmpty();
    }

    /** It may be on record, which nobody has looked up. */
    @Test
    void nothingIsSaidOfAFirstAttemptWhoseKeyIsPresumedNew() {
        DecisionBook presuming = new DecisionBook(FixedContext.presuming(NOW + 1_000_000_000));

        assertThat(presuming.presumesNew(decide(1, DIGEST))).isTrue();
        assertThat(presuming.presumesNew(decide(2, DIGEST))).isFalse();
        assertThat(presuming.presumesNew(new Look(TRACE))).isFalse();
        assertThat(presuming.check(decide(1, DIGEST))).isEqualTo(Check.UNSURE);
    }

    @Test
    void noDecisionIsMadeForADayThatIsClosed() {
        DecisionBook closed =
                new DecisionBook(
                        new FixedContext(
                                NOW, FixedContext.DAY.plusDays(1), FixedContext.DAY, false));

        assertThat(closed.check(decide(1, DIGEST)))
                .isInstanceOfSatisfying(
                        Check.Ended.class,
                        ended ->
                                assertThat(ended.answer().code())
                                        .isEqualTo(OutcomeCode.DAY_CLOSED));
    }

    @Test
    void aVoidAttemptCannotCommitAndAHigherOneTakesItsPlace() {
        run(new Abort(decide(1, DIGEST), TIMEOUT), Answer.accepted());
        DecisionBook next = new DecisionBook(FixedContext.at(NOW));
        next.load(row());

        assertThat(next.check(decide(1, DIGEST))).isInstanceOf(Check.Ended.class);
        assertThat(next.check(decide(2, DIGEST))).isEqualTo(Check.FRESH);
        next.apply(decide(2, DIGEST), Answer.accepted());

        assertThat(next.changes())
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.kind()).isEqualTo(Change.Kind.REPLACED);
                    assertThat(change.row().attempt()).isEqualTo(2);
                });
    }

    @Test
    void aHigherAttemptNeedsAVoidOneOnRecord() {
        assertThat(ended(decide(2, DIGEST)).code()).isEqualTo(OutcomeCode.ABORTED);
    }

    @Test
    void whatIsCommittedIsFinal() {
        run(decide(1, DIGEST), Answer.accepted());

        for (DecisionCommand command :
                List.of(
                        decide(1, DIGEST),
                        decide(2, DIGEST),
                        new Abort(decide(1, DIGEST), TIMEOUT),
                        new Abort(decide(2, DIGEST), TIMEOUT))) {
            Answer answer = ended(command);
            assertThat(answer.isAccepted()).isTrue();
            assertThat(answer.recorded()).isTrue();
        }
    }

    @Test
    void otherContentUnderTheSameTraceNumberIsRefused() {
        run(decide(1, DIGEST), Answer.accepted());

        assertThat(ended(decide(1, 43)).code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(ended(new Guard(TRACE, 43)).code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(ended(new Abort(decide(1, 43), TIMEOUT)).code())
                .isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
    }

    @Test
    void localWorkMayFollowAVoidAttemptButNotARefusal() {
        assertThat(book.check(new Guard(TRACE, DIGEST))).isEqualTo(Check.FRESH);
        run(new Abort(decide(1, DIGEST), TIMEOUT), Answer.accepted());
        assertThat(book.check(new Guard(TRACE, DIGEST))).isEqualTo(Check.FRESH);

        Outcome.Refused refusal = new Outcome.Refused(OutcomeCode.ACCOUNT_CLOSED, "closed");
        run(new Abort(decide(2, DIGEST), refusal), Answer.accepted());

        assertThat(ended(new Guard(TRACE, DIGEST)).code()).isEqualTo(OutcomeCode.ACCOUNT_CLOSED);
    }

    @Test
    void anInquiryInTimeIsToldToWaitAndAfterItPlantsTheRowThatVoids() {
        assertThat(standing(ended(inquire(1, BRANCH.digest(), 1)))).isEqualTo(Standing.WAIT);
        assertThat(book.changes()).isEmpty();

        Answer answer = run(inquire(1, BRANCH.digest(), 0), Answer.accepted());

        assertThat(standing(answer)).isEqualTo(Standing.ABORTED);
        assertThat(row().state()).isEqualTo(DecisionState.ABORTED);
        assertThat(ended(decide(1, DIGEST)).code())
                .as("a late decision cannot commit")
                .isEqualTo(OutcomeCode.ABORTED);
    }

    @Test
    void anInquiryAnswersCommitForAListedUnacknowledgedBranchOnly() {
        run(decide(1, DIGEST), Answer.accepted());

        assertThat(standing(ended(inquire(1, BRANCH.digest(), 0)))).isEqualTo(Standing.COMMITTED);
        assertThat(standing(ended(inquire(1, 7, 0))))
                .as("another digest")
                .isEqualTo(Standing.ABORTED);
        assertThat(standing(ended(inquire(2, BRANCH.digest(), 0))))
                .as("another attempt")
                .isEqualTo(Standing.ABORTED);

        run(new Acknowledge(List.of(new Mark(TRACE, 1, DIGEST, 1))), Answer.accepted());

        assertThat(standing(ended(inquire(1, BRANCH.digest(), 0)))).isEqualTo(Standing.CONFIRMED);
    }

    @Test
    void anInquiryForAHigherAttemptVoidsThatToo() {
        run(new Abort(decide(1, DIGEST), TIMEOUT), Answer.accepted());

        run(inquire(3, BRANCH.digest(), 0), Answer.accepted());

        assertThat(row().attempt()).isEqualTo(3);
        assertThat(row().digest()).isEqualTo(DIGEST);
    }

    @Test
    void aTransactionIsSettledOnceEveryBranchIsAcknowledged() {
        run(decide(1, DIGEST), Answer.accepted());
        run(new Acknowledge(List.of(new Mark(TRACE, 2, DIGEST, 1))), Answer.accepted());
        assertThat(row().isFinished()).as("a mark of another attempt").isFalse();
        run(new Acknowledge(List.of(new Mark(TRACE, 1, 43, 1))), Answer.accepted());
        assertThat(row().isFinished()).as("a mark of another content").isFalse();

        run(new Acknowledge(List.of(new Mark(TRACE, 1, DIGEST, 1 | 1L << 40))), Answer.accepted());

        assertThat(row().transactionState()).isEqualTo(TransactionState.SETTLED);
        assertThat(row().finishedAt()).isEqualTo(NOW);
        assertThat(row().acknowledged()).as("only listed branches count").isEqualTo(1);
    }

    @Test
    void lookingTellsWhatIsOnRecord() {
        assertThat(ended(new Look(TRACE)).code()).isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION);
        run(decide(1, DIGEST), Answer.accepted());
        assertThat(ended(new Look(TRACE)).value(Decision.class)).contains(row());
    }

    private static Decide decide(int attempt, long digest) {
        return new Decide(
                TRACE,
                attempt,
                digest,
                NOW + 1_000,
                FixedContext.DAY,
                List.of(BRANCH),
                Content.EMPTY);
    }

    private static Inquire inquire(int attempt, long branchDigest, long remaining) {
        return new Inquire(
                new BranchKey(TRACE, attempt, 1),
                DIGEST,
                branchDigest,
                FixedContext.DAY,
                remaining);
    }

    private Answer run(DecisionCommand command, Answer soFar) {
        assertThat(book.check(command)).isEqualTo(Check.FRESH);
        return book.apply(command, soFar);
    }

    private Answer ended(DecisionCommand command) {
        Check check = book.check(command);
        assertThat(check).isInstanceOf(Check.Ended.class);
        return ((Check.Ended) check).answer();
    }

    private Decision row() {
        return book.find(TRACE).orElseThrow();
    }

    private static Standing standing(Answer answer) {
        return answer.value(Standing.class).orElseThrow();
    }
}

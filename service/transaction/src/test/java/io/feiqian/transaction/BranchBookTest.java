package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.BranchStep;
import io.feiqian.participant.BranchVerdict;
import io.feiqian.participant.Content;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BranchBookTest {
    private static final long NOW = 1_000_000;
    private static final BranchKey KEY =
            new BranchKey(TraceNumber.of(FixedContext.DAY, new Slot(17), 1, 1), 1, 1);

    private final BranchBook book = new BranchBook(FixedContext.at(NOW));

    @Requirement("D7.3-b")
    @ParameterizedTest
    @CsvSource({
        "TRY, , PROCEED",
        "TRY, TRIED, RECORDED",
        "TRY, CONFIRMED, RECORDED",
        "TRY, CANCELLED, LATE",
        "TRY, REFUSED, RECORDED",
        "CONFIRM, , ABSENT",
        "CONFIRM, TRIED, PROCEED",
        "CONFIRM, CONFIRMED, RECORDED",
        "CONFIRM, CANCELLED, CONTRADICTION",
        "CONFIRM, REFUSED, CONTRADICTION",
        "CANCEL, , ABSENT",
        "CANCEL, TRIED, PROCEED",
        "CANCEL, CONFIRMED, CONTRADICTION",
        "CANCEL, CANCELLED, RECORDED",
        "CANCEL, REFUSED, RECORDED",
        "PLANT, , PROCEED",
        "PLANT, TRIED, PRESENT",
        "PLANT, CONFIRMED, CONTRADICTION",
        "PLANT, CANCELLED, RECORDED",
        "PLANT, REFUSED, RECORDED",
        "REBUILD, , PROCEED",
        "REBUILD, TRIED, PRESENT",
        "REBUILD, CONFIRMED, RECORDED",
        "REBUILD, CANCELLED, CONTRADICTION",
        "REBUILD, REFUSED, CONTRADICTION"
    })
    void everyStateHasItsVerdictOnEveryStep(
            BranchStep step, @Nullable BranchState state, BranchVerdict verdict) {
        assertThat(BranchVerdict.of(Optional.ofNullable(state), step)).isEqualTo(verdict);
    }

    @Test
    void aTryThatTheShareAcceptsIsRecordedAsTried() {
        Answer answer = run(BranchStep.TRY, Answer.accepted());

        assertThat(answer.isAccepted()).isTrue();
        assertThat(book.changes()).hasSize(1).first().matches(BranchBook.Change::inserted);
        assertThat(row().state()).isEqualTo(BranchState.TRIED);
    }

    @Test
    void aBusinessRefusalOfTheTryIsRecordedAndAnsweredAgain() {
        run(BranchStep.TRY, Answer.refused(OutcomeCode.ACCOUNT_CLOSED, "closed"));

        Answer again = ended(BranchStep.TRY, proposed());

        assertThat(row().state()).isEqualTo(BranchState.REFUSED);
        assertThat(again.code()).isEqualTo(OutcomeCode.ACCOUNT_CLOSED);
        assertThat(again.recorded()).isTrue();
    }

    @Test
    void aRefusalOfTheTryThatMayPassLeavesNoRow() {
        run(BranchStep.TRY, Answer.refused(OutcomeCode.DAY_CLOSED, "closed"));

        assertThat(book.changes()).isEmpty();
    }

    @Requirement("P6.3.3-a.2")
    @Test
    void aCancelThatComesFirstRefusesTheLateTry() {
        run(BranchStep.PLANT, Answer.accepted());

        assertThat(ended(BranchStep.TRY, proposed()).code())
                .isEqualTo(OutcomeCode.BRANCH_CANCELLED);
    }

    @Test
    void aTryPastItsDeadlineIsRefused() {
        Branch late = with(NOW - 1, 5, new CellId(1));

        assertThat(ended(BranchStep.TRY, late).code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
    }

    /** It may be on record, which nobody has looked up. */
    @Test
    void nothingIsSaidOfATryWhoseKeyIsPresumedNew() {
        BranchBook presuming = new BranchBook(FixedContext.presuming(NOW));
        Branch late = with(NOW - 1, 5, new CellId(1));

        assertThat(presuming.presumesNew(BranchCommand.guard(BranchStep.TRY, late))).isTrue();
        assertThat(presuming.presumesNew(BranchCommand.guard(BranchStep.CONFIRM, late))).isFalse();
        assertThat(presuming.check(BranchCommand.guard(BranchStep.TRY, late)))
                .isEqualTo(Check.UNSURE);
        presuming.load(late);
        assertThat(presuming.check(BranchCommand.guard(BranchStep.TRY, late)))
                .isInstanceOf(Check.Ended.class);
    }

    @Test
    void aTryForAClosedDayIsRefusedAsRetryable() {
        BranchBook closed =
                new BranchBook(
                        new FixedContext(
                                NOW, FixedContext.DAY.plusDays(1), FixedContext.DAY, false));

        Check check = closed.check(BranchCommand.guard(BranchStep.TRY, proposed()));

        assertThat(((Check.Ended) check).answer().code()).isEqualTo(OutcomeCode.DAY_CLOSED);
        assertThat(OutcomeCode.DAY_CLOSED.isSafeToRetry()).isTrue();
    }

    @Test
    void otherContentUnderTheSameKeyIsRefusedAndNeverConfirmedOrCancelled() {
        run(BranchStep.TRY, Answer.accepted());
        Branch other = with(NOW + 1_000, 6, new CellId(1));
        Branch foreign = with(NOW + 1_000, 5, new CellId(3));

        assertThat(ended(BranchStep.TRY, other).code())
                .isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(ended(BranchStep.TRY, foreign).code())
                .isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(ended(BranchStep.CANCEL, other).code())
                .isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(ended(BranchStep.CONFIRM, other).code()).isEqualTo(OutcomeCode.CONTRADICTION);
    }

    @Test
    void aConfirmThatItsShareRefusesIsNotAcknowledged() {
        run(BranchStep.TRY, Answer.accepted());

        Answer answer = run(BranchStep.CONFIRM, Answer.refused(OutcomeCode.ACCOUNT_CLOSED, "no"));

        assertThat(answer.isAccepted()).isFalse();
        assertThat(row().state()).isEqualTo(BranchState.TRIED);
    }

    @Requirement({"P6.3.3-a.2", "D7.1-c", "B11.2-b"})
    @Test
    void confirmAndCancelFinishTheBranchAndAreRecognised() {
        run(BranchStep.TRY, Answer.accepted());
        run(BranchStep.CONFIRM, Answer.accepted());

        assertThat(row().state()).isEqualTo(BranchState.CONFIRMED);
        assertThat(row().finishedAt()).isEqualTo(NOW);
        Answer again = ended(BranchStep.CONFIRM, proposed());
        assertThat(again.isAccepted()).isTrue();
        assertThat(again.recorded()).isTrue();
        assertThat(ended(BranchStep.CANCEL, proposed()).code())
                .isEqualTo(OutcomeCode.CONTRADICTION);
    }

    @Test
    void theGuardBeforeTheShareChangesNothing() {
        Answer soFar = Answer.accepted("so far");

        Answer answer = book.apply(BranchCommand.guard(BranchStep.TRY, proposed()), soFar);

        assertThat(answer).isSameAs(soFar);
        assertThat(book.changes()).isEmpty();
    }

    private static Branch proposed() {
        return with(NOW + 1_000, 5, new CellId(1));
    }

    private static Branch with(long decideBy, long digest, CellId initiator) {
        return new Branch(
                KEY,
                BranchState.TRIED,
                new Slot(9_000),
                initiator,
                42,
                digest,
                "ledger",
                Content.EMPTY,
                decideBy,
                FixedContext.DAY,
                Outcome.accepted(),
                0);
    }

    private Answer run(BranchStep step, Answer soFar) {
        assertThat(book.check(BranchCommand.guard(step, proposed()))).isEqualTo(Check.FRESH);
        return book.apply(BranchCommand.record(step, proposed()), soFar);
    }

    private Answer ended(BranchStep step, Branch proposed) {
        Check check = book.check(BranchCommand.guard(step, proposed));
        assertThat(check).isInstanceOf(Check.Ended.class);
        return ((Check.Ended) check).answer();
    }

    private Branch row() {
        return book.find(KEY).orElseThrow();
    }
}

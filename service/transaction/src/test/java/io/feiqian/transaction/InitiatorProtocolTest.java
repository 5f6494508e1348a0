package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.Content;
import io.feiqian.participant.Standing;
import io.feiqian.storage.Answer;
import io.feiqian.transaction.InitiatorState.Phase;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InitiatorProtocolTest {
    private static final TraceNumber TRACE = TraceNumber.of(FixedContext.DAY, new Slot(17), 1, 1);
    private static final long DIGEST = 42;
    private static final Answer POSTED = Answer.accepted("posted");

    private final InitiatorProtocol protocol = new InitiatorProtocol(3, 2);
    private InitiatorState state = InitiatorState.begin(TRACE, DIGEST, 2);

    @Test
    @Requirement({"B11.2-b", "D7.1-c"})
    void allBranchesAreTriedBeforeTheDecisionAndConfirmedAfterIt() {
        assertThat(on(new InitiatorEvent.Begun()))
                .containsExactly(send(PeerMessage.Kind.TRY, 1), send(PeerMessage.Kind.TRY, 2));
        assertThat(on(tried(1))).isEmpty();
        assertThat(on(tried(2))).containsExactly(new InitiatorEffect.Decide(1));
        assertThat(on(new InitiatorEvent.Decided(POSTED)))
                .containsExactly(
                        new InitiatorEffect.Tell(POSTED),
                        send(PeerMessage.Kind.CONFIRM, 1),
                        send(PeerMessage.Kind.CONFIRM, 2));
        assertThat(on(confirmed(2))).containsExactly(new InitiatorEffect.Acknowledge(1, 0b10));
        assertThat(on(confirmed(1)))
                .containsExactly(
                        new InitiatorEffect.Acknowledge(1, 0b11),
                        new InitiatorEffect.Settle(POSTED));
        assertThat(state.phase()).isEqualTo(Phase.SETTLED);
    }

    @Test
    void noCancelLeavesBeforeTheRowThatVoidsTheAttemptIsDurable() {
        on(new InitiatorEvent.Begun());
        on(tried(1));

        List<InitiatorEffect> onDeadline = on(new InitiatorEvent.DeadlinePassed());

        assertThat(onDeadline)
                .singleElement()
                .isInstanceOfSatisfying(
                        InitiatorEffect.Abort.class,
                        abort ->
                                assertThat(abort.reason().code())
                                        .isEqualTo(OutcomeCode.CELL_UNAVAILABLE));
        assertThat(on(voided(DecisionState.ABORTED, 1, false)))
                .contains(send(PeerMessage.Kind.CANCEL, 1), send(PeerMessage.Kind.CANCEL, 2));
    }

    @Test
    void whoRefusedTheTryNeedsNoCancel() {
        on(new InitiatorEvent.Begun());
        on(tried(1));
        on(
                replied(
                        PeerMessage.Kind.TRY,
                        2,
                        new PeerReply.Answered(
                                OutcomeCode.ACCOUNT_CLOSED, "closed", Standing.REFUSED, false)));

        List<InitiatorEffect> effects = on(voided(DecisionState.REFUSED, 1, false));

        assertThat(effects).contains(send(PeerMessage.Kind.CANCEL, 1));
        assertThat(effects).doesNotContain(send(PeerMessage.Kind.CANCEL, 2));
        assertThat(told(effects).code()).isEqualTo(OutcomeCode.ACCOUNT_CLOSED);
    }

    @Requirement("P6.3.3-a.1")
    @Test
    void anUnheardTryIsRepeatedAndAnOperatorIsToldAtTheBound() {
        on(new InitiatorEvent.Begun());
        InitiatorEvent lost = replied(PeerMessage.Kind.TRY, 1, new PeerReply.Unheard("lost"));

        assertThat(on(lost)).containsExactly(retry(Phase.TRYING, 1, 1));
        assertThat(on(new InitiatorEvent.RetryDue(retry(Phase.TRYING, 1, 1))))
                .containsExactly(send(PeerMessage.Kind.TRY, 1));
        on(lost);
        List<InitiatorEffect> third = on(lost);

        assertThat(third).hasSize(2);
        assertThat(third.getFirst()).isInstanceOf(InitiatorEffect.Alarm.class);
        assertThat(third.getLast()).isEqualTo(retry(Phase.TRYING, 1, 3));
    }

    @Requirement("P6.3.3-a.1")
    @Test
    void aConfirmIsRepeatedForEver() {
        decided();
        for (int i = 1; i <= 50; i++) {
            assertThat(on(replied(PeerMessage.Kind.CONFIRM, 1, new PeerReply.Unheard("lost"))))
                    .contains(retry(Phase.CONFIRMING, 1, i));
        }
    }

    @Test
    void aContradictionStopsThatBranchAndCallsAnOperator() {
        decided();

        List<InitiatorEffect> effects =
                on(
                        replied(
                                PeerMessage.Kind.CONFIRM,
                                1,
                                PeerReply.refused(OutcomeCode.CONTRADICTION, "cancelled")));

        assertThat(effects).singleElement().isInstanceOf(InitiatorEffect.Alarm.class);
        assertThat(on(new InitiatorEvent.RetryDue(retry(Phase.CONFIRMING, 1, 1)))).isEmpty();
        on(confirmed(2));
        assertThat(state.phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void anUnknownCommitIsToldAsUnknownAndRunAgain() {
        allTried();

        List<InitiatorEffect> effects =
                on(new InitiatorEvent.Decided(Answer.unknown("connection lost")));

        assertThat(told(effects).code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(on(new InitiatorEvent.RetryDue(retry(Phase.DECIDING, 0, 1))))
                .containsExactly(new InitiatorEffect.Decide(1));
        assertThat(on(new InitiatorEvent.Decided(POSTED.asRecorded())))
                .containsExactly(new InitiatorEffect.Look());
        assertThat(on(new InitiatorEvent.Looked(committed(1, 0))))
                .contains(send(PeerMessage.Kind.CONFIRM, 1), send(PeerMessage.Kind.CONFIRM, 2));
    }

    @Test
    void pastTheDeadlineADecisionInDoubtIsVoidedUnderTheSameKey() {
        allTried();
        on(new InitiatorEvent.Decided(Answer.unknown("connection lost")));
        on(new InitiatorEvent.DeadlinePassed());

        assertThat(on(new InitiatorEvent.RetryDue(retry(Phase.DECIDING, 0, 1))))
                .singleElement()
                .isInstanceOf(InitiatorEffect.Abort.class);
        assertThat(on(new InitiatorEvent.Voided(committed(1, 0))))
                .as("it had committed after all")
                .contains(send(PeerMessage.Kind.CONFIRM, 1));
    }

    @Test
    void aTraceNumberThatWasAbortedBeforeStartsTheNextAttemptOnceItsBranchesKnow() {
        allTried();

        assertThat(on(decided(voided(DecisionState.ABORTED, 4, true))))
                .containsExactly(
                        send(PeerMessage.Kind.CANCEL, 1), send(PeerMessage.Kind.CANCEL, 2));
        assertThat(on(cancelled(1))).isEmpty();
        assertThat(on(cancelled(2)))
                .containsExactly(
                        new InitiatorEffect.Send(PeerMessage.Kind.TRY, 5, 1),
                        new InitiatorEffect.Send(PeerMessage.Kind.TRY, 5, 2));
        assertThat(state.attempt()).isEqualTo(5);
    }

    @Test
    void pastItsDeadlineNoFurtherAttemptBegins() {
        allTried();
        on(new InitiatorEvent.DeadlinePassed());

        List<InitiatorEffect> effects = on(decided(voided(DecisionState.ABORTED, 1, true)));

        assertThat(told(effects).code()).isEqualTo(OutcomeCode.ABORTED);
        assertThat(state.phase()).isEqualTo(Phase.CANCELLING);
    }

    @Test
    void aCommittedAttemptOfSomebodyElseLeavesOurBranchesToBeCancelled() {
        allTried();

        List<InitiatorEffect> effects = on(new InitiatorEvent.Decided(committed(2, 0)));

        assertThat(told(effects).isAccepted()).isTrue();
        assertThat(effects).contains(send(PeerMessage.Kind.CANCEL, 1));
        assertThat(effects).doesNotContain(send(PeerMessage.Kind.CONFIRM, 1));
    }

    @Test
    void whatWasSettledBeforeIsNotConfirmedAgain() {
        allTried();

        List<InitiatorEffect> effects = on(new InitiatorEvent.Decided(committed(1, 0b11)));

        assertThat(effects).noneMatch(InitiatorEffect.Send.class::isInstance);
        assertThat(state.phase()).isEqualTo(Phase.SETTLED);
    }

    @Test
    void whatTheLocalPathPostedStandsWhateverBecameOfAnAttempt() {
        allTried();
        on(new InitiatorEvent.Decided(POSTED.asRecorded()));

        List<InitiatorEffect> effects =
                on(new InitiatorEvent.Looked(voided(DecisionState.ABORTED, 1, true).answer()));

        assertThat(told(effects).isAccepted()).isTrue();
        assertThat(effects).contains(send(PeerMessage.Kind.CANCEL, 1));
        assertThat(effects).noneMatch(effect -> effect.equals(send(PeerMessage.Kind.TRY, 1)));
    }

    @Test
    void theDocumentationShowsTheTableAsItIs() throws IOException {
        String page = Files.readString(Path.of("../../docs/transactions.md"));

        assertThat(page).contains(InitiatorTable.diagram());
    }

    @Test
    void whoseHomeSlotHasMovedIsLeftToItsNewOwner() {
        allTried();

        List<InitiatorEffect> effects =
                on(new InitiatorEvent.Decided(Answer.refused(OutcomeCode.WRONG_CELL, "moved")));

        assertThat(told(effects).code()).isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(effects).noneMatch(InitiatorEffect.Send.class::isInstance);
        assertThat(state.phase()).isEqualTo(Phase.LEFT);
    }

    @Test
    void aFinalRefusalIsNotToldBeforeItIsOnRecord() {
        on(new InitiatorEvent.Begun());
        on(
                replied(
                        PeerMessage.Kind.TRY,
                        1,
                        PeerReply.refused(OutcomeCode.UNKNOWN_ACCOUNT, "none")));

        List<InitiatorEffect> effects =
                on(
                        new InitiatorEvent.Voided(
                                Answer.refused(OutcomeCode.DATABASE_UNAVAILABLE, "down")));

        assertThat(told(effects).code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(effects).contains(retry(Phase.ABORTING, 0, 1));
    }

    @Test
    void lateAndRepeatedRepliesChangeNothing() {
        allTried();
        InitiatorState before = state;

        assertThat(on(tried(1))).isEmpty();
        assertThat(on(confirmed(1))).isEmpty();
        assertThat(
                        on(
                                new InitiatorEvent.Replied(
                                        PeerMessage.Kind.TRY,
                                        7,
                                        1,
                                        PeerReply.accepted(Standing.TRIED))))
                .isEmpty();
        assertThat(state).isEqualTo(before);
        decidedFromTried();
        assertThat(on(confirmed(1))).hasSize(1);
        assertThat(on(confirmed(1))).isEmpty();
        assertThat(on(new InitiatorEvent.Decided(POSTED))).isEmpty();
    }

    @Test
    void whoTakesUpADecisionTellsTheBranchesThatAreNotAcknowledged() {
        state = InitiatorState.resume(row(DecisionState.COMMITTED, 1, 0b01));

        assertThat(on(new InitiatorEvent.Begun()))
                .containsExactly(send(PeerMessage.Kind.CONFIRM, 2));

        state = InitiatorState.resume(row(DecisionState.ABORTED, 1, 0));
        assertThat(on(new InitiatorEvent.Begun()))
                .containsExactly(
                        send(PeerMessage.Kind.CANCEL, 1), send(PeerMessage.Kind.CANCEL, 2));
    }

    @Test
    void theTableReachesEveryEndAndItsDiagramNamesEveryPhase() {
        for (Phase phase : Phase.values()) {
            assertThat(InitiatorTable.diagram()).contains(phase.name());
            boolean leads =
                    Arrays.stream(InitiatorTable.Trigger.values())
                            .anyMatch(trigger -> InitiatorTable.row(phase, trigger).isPresent());
            assertThat(leads).as(phase.name()).isEqualTo(!phase.isEnd());
        }
    }

    private void allTried() {
        on(new InitiatorEvent.Begun());
        on(tried(1));
        on(tried(2));
    }

    private void decided() {
        allTried();
        decidedFromTried();
    }

    private void decidedFromTried() {
        on(new InitiatorEvent.Decided(POSTED));
        assertThat(state.phase()).isEqualTo(Phase.CONFIRMING);
    }

    private List<InitiatorEffect> on(InitiatorEvent event) {
        Transition<InitiatorState, InitiatorEffect> transition = protocol.step(state, event);
        state = transition.state();
        return transition.effects();
    }

    private static Answer told(List<InitiatorEffect> effects) {
        return effects.stream()
                .filter(InitiatorEffect.Tell.class::isInstance)
                .map(effect -> ((InitiatorEffect.Tell) effect).answer())
                .findFirst()
                .orElseThrow();
    }

    private static InitiatorEffect send(PeerMessage.Kind kind, int branch) {
        return new InitiatorEffect.Send(kind, 1, branch);
    }

    private static InitiatorEffect.Retry retry(Phase phase, int branch, int failures) {
        return new InitiatorEffect.Retry(phase, 1, branch, failures);
    }

    private static InitiatorEvent tried(int branch) {
        return replied(PeerMessage.Kind.TRY, branch, PeerReply.accepted(Standing.TRIED));
    }

    private static InitiatorEvent confirmed(int branch) {
        return replied(PeerMessage.Kind.CONFIRM, branch, PeerReply.accepted(Standing.CONFIRMED));
    }

    private static InitiatorEvent cancelled(int branch) {
        return replied(PeerMessage.Kind.CANCEL, branch, PeerReply.accepted(Standing.CANCELLED));
    }

    private static InitiatorEvent replied(PeerMessage.Kind kind, int branch, PeerReply reply) {
        return new InitiatorEvent.Replied(kind, 1, branch, reply);
    }

    private static InitiatorEvent.Voided voided(
            DecisionState state, int attempt, boolean recorded) {
        Decision row = row(state, attempt, 0);
        return new InitiatorEvent.Voided(new Answer(row.outcome(), row, recorded));
    }

    private static InitiatorEvent decided(InitiatorEvent.Voided voided) {
        return new InitiatorEvent.Decided(voided.answer());
    }

    private static Answer committed(int attempt, long acknowledged) {
        Decision row = row(DecisionState.COMMITTED, attempt, acknowledged);
        return new Answer(row.outcome(), row, true);
    }

    private static Decision row(DecisionState state, int attempt, long acknowledged) {
        Outcome outcome =
                switch (state) {
                    case COMMITTED -> Outcome.accepted();
                    case ABORTED -> Outcome.refused(OutcomeCode.CELL_UNAVAILABLE, "no answer");
                    case REFUSED -> Outcome.refused(OutcomeCode.ACCOUNT_CLOSED, "closed");
                };
        return new Decision(
                TRACE,
                attempt,
                state,
                new CellId(1),
                DIGEST,
                1_000,
                FixedContext.DAY,
                List.of(
                        BranchSpec.of(1, new Slot(9_000), "ledger", Content.EMPTY),
                        BranchSpec.of(2, new Slot(9_001), "ledger", Content.EMPTY)),
                acknowledged,
                outcome,
                Content.EMPTY,
                0);
    }
}

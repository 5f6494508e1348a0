package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchStep;
import io.feiqian.participant.BranchVerdict;
import io.feiqian.participant.Standing;
import io.feiqian.storage.Answer;
import io.feiqian.transaction.ParticipantProtocol.Effect;
import io.feiqian.transaction.ParticipantProtocol.State;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParticipantProtocolTest {
    private static final BranchKey KEY =
            new BranchKey(TraceNumber.of(FixedContext.DAY, new Slot(17), 1, 1), 1, 1);

    @Test
    void aMessageBeginsWithItsOwnStep() {
        assertThat(ParticipantProtocol.received(KEY, PeerMessage.Kind.TRY).effects())
                .containsExactly(new Effect.Submit(BranchStep.TRY));
        assertThat(ParticipantProtocol.received(KEY, PeerMessage.Kind.CONFIRM).effects())
                .containsExactly(new Effect.Submit(BranchStep.CONFIRM));
    }

    @Test
    void aCancelOfWhatIsNotThereLeavesTheRefusingRow() {
        assertThat(after(BranchStep.CANCEL, absent()))
                .containsExactly(new Effect.Submit(BranchStep.PLANT));
        assertThat(after(BranchStep.PLANT, found(OutcomeCode.WAIT, BranchVerdict.PRESENT)))
                .as("the try came in between")
                .containsExactly(new Effect.Submit(BranchStep.CANCEL));
    }

    @Test
    void aConfirmOfWhatIsNotThereIsRebuiltWithAnAlarmOrNeverAcknowledged() {
        assertThat(after(BranchStep.CONFIRM, absent()))
                .containsExactly(new Effect.Submit(BranchStep.REBUILD));
        assertThat(after(BranchStep.REBUILD, Answer.accepted()))
                .first()
                .isInstanceOf(Effect.Alarm.class);

        List<Effect> impossible =
                ParticipantProtocol.finished(
                                new State(KEY, BranchStep.CONFIRM, false), absent(), false)
                        .effects();

        assertThat(impossible).first().isInstanceOf(Effect.Alarm.class);
        assertThat(reply(impossible).code()).isEqualTo(OutcomeCode.CONTRADICTION);
    }

    @Test
    void aShareThatRefusesAConfirmIsAContradiction() {
        List<Effect> effects =
                after(
                        BranchStep.CONFIRM,
                        Answer.refused(OutcomeCode.ACCOUNT_CLOSED, "closed")
                                .with(new BranchFinding(BranchVerdict.PROCEED, Standing.TRIED)));

        assertThat(effects).first().isInstanceOf(Effect.Alarm.class);
        assertThat(reply(effects).code()).isEqualTo(OutcomeCode.CONTRADICTION);
    }

    @Test
    void aRefusedTryIsAnsweredWithItsCodeAndWithoutAnAlarm() {
        List<Effect> effects =
                after(
                        BranchStep.TRY,
                        Answer.refused(OutcomeCode.ACCOUNT_CLOSED, "closed")
                                .with(new BranchFinding(BranchVerdict.PROCEED, Standing.REFUSED)));

        assertThat(effects).hasSize(1);
        assertThat(reply(effects).code()).isEqualTo(OutcomeCode.ACCOUNT_CLOSED);
        assertThat(reply(effects).standing()).isEqualTo(Standing.REFUSED);
    }

    @Test
    void whatIsUnavailableForAMomentIsNoContradiction() {
        List<Effect> effects =
                after(BranchStep.CONFIRM, Answer.refused(OutcomeCode.SLOT_MOVING, "moving"));

        assertThat(effects).hasSize(1);
        assertThat(reply(effects).code()).isEqualTo(OutcomeCode.SLOT_MOVING);
    }

    @Test
    void aLeftoverOfAConfirmedBranchIsCancelledAndAConfirmedRowIsLeftInPeace() {
        Transition<State, Effect> begun = ParticipantProtocol.confirmedBefore(KEY);
        assertThat(begun.effects()).containsExactly(new Effect.Submit(BranchStep.CANCEL));

        List<Effect> effects =
                ParticipantProtocol.finished(
                                begun.state(),
                                Answer.refused(OutcomeCode.CONTRADICTION, "confirmed")
                                        .with(
                                                new BranchFinding(
                                                        BranchVerdict.CONTRADICTION,
                                                        Standing.CONFIRMED)),
                                true)
                        .effects();

        assertThat(effects).hasSize(1);
        assertThat(reply(effects).isAccepted()).isTrue();
    }

    @Test
    void anInquiryIsRepeatedUntilItIsAnsweredAndThenObeyed() {
        InquiryProtocol inquiry = new InquiryProtocol(2);
        var asked = inquiry.found(KEY);
        assertThat(asked.effects()).containsExactly(new InquiryProtocol.Effect.Ask());

        var waiting = inquiry.answered(asked.state(), PeerReply.accepted(Standing.WAIT));
        assertThat(waiting.effects()).containsExactly(new InquiryProtocol.Effect.Retry(1));
        var lost = inquiry.answered(waiting.state(), new PeerReply.Unheard("lost"));
        assertThat(lost.effects())
                .hasSize(2)
                .first()
                .isInstanceOf(InquiryProtocol.Effect.Alarm.class);

        assertThat(inquiry.answered(lost.state(), PeerReply.accepted(Standing.COMMITTED)).effects())
                .containsExactly(finish(PeerMessage.Kind.CONFIRM, false));
        assertThat(inquiry.answered(lost.state(), PeerReply.accepted(Standing.CONFIRMED)).effects())
                .containsExactly(finish(PeerMessage.Kind.CANCEL, true));
        var cancelling = inquiry.answered(lost.state(), PeerReply.accepted(Standing.ABORTED));
        assertThat(cancelling.effects()).containsExactly(finish(PeerMessage.Kind.CANCEL, false));

        assertThat(
                        inquiry.finished(
                                        cancelling.state(),
                                        PeerReply.refused(OutcomeCode.DATABASE_UNAVAILABLE, "down"))
                                .effects())
                .containsExactly(new InquiryProtocol.Effect.Retry(1));
        assertThat(
                        inquiry.finished(cancelling.state(), PeerReply.accepted(Standing.CANCELLED))
                                .state()
                                .phase())
                .isEqualTo(InquiryProtocol.Phase.DONE);
        assertThat(
                        inquiry.finished(
                                        cancelling.state(),
                                        PeerReply.refused(OutcomeCode.CONTRADICTION, "confirmed"))
                                .state()
                                .phase())
                .isEqualTo(InquiryProtocol.Phase.STOPPED);
    }

    private static InquiryProtocol.Effect finish(PeerMessage.Kind kind, boolean confirmedBefore) {
        return new InquiryProtocol.Effect.Finish(kind, confirmedBefore);
    }

    private static List<Effect> after(BranchStep step, Answer answer) {
        return ParticipantProtocol.finished(new State(KEY, step, false), answer, true).effects();
    }

    private static Answer absent() {
        return found(OutcomeCode.UNKNOWN_TRANSACTION, BranchVerdict.ABSENT);
    }

    private static Answer found(OutcomeCode code, BranchVerdict verdict) {
        return Answer.refused(code, "row").with(new BranchFinding(verdict, Standing.NONE));
    }

    private static PeerReply.Answered reply(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Reply.class::isInstance)
                .map(effect -> ((Effect.Reply) effect).reply())
                .findFirst()
                .orElseThrow();
    }
}

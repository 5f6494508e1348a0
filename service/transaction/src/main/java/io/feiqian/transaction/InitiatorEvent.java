package io.feiqian.transaction;

import io.feiqian.storage.Answer;
import io.feiqian.transaction.InitiatorState.Phase;

/** What happens to the initiator of a transaction. */
public sealed interface InitiatorEvent {
    /** It begins, or is taken up after a crash. */
    record Begun() implements InitiatorEvent {}

    /**
     * A branch answered, or did not.
     *
     * @param kind the message it answers
     * @param attempt the attempt of that message
     * @param branch which branch
     * @param reply what came back
     */
    record Replied(PeerMessage.Kind kind, int attempt, int branch, PeerReply reply)
            implements InitiatorEvent {}

    /**
     * The local commit of the decision ended.
     *
     * @param answer how
     */
    record Decided(Answer answer) implements InitiatorEvent {}

    /**
     * The local commit of the row that voids the attempt ended.
     *
     * @param answer how
     */
    record Voided(Answer answer) implements InitiatorEvent {}

    /**
     * The decision was read.
     *
     * @param answer what was found
     */
    record Looked(Answer answer) implements InitiatorEvent {}

    /**
     * The pause of a {@link InitiatorEffect.Retry} is over.
     *
     * @param retry which
     */
    record RetryDue(InitiatorEffect.Retry retry) implements InitiatorEvent {}

    /** The time for a decision has passed at the initiator. */
    record DeadlinePassed() implements InitiatorEvent {}

    /** Whether a pause that began in another phase or attempt still means anything. */
    static boolean isStale(InitiatorEffect.Retry retry, Phase phase, int attempt) {
        return retry.phase() != phase || retry.attempt() != attempt;
    }
}

package io.feiqian.transaction;

import io.feiqian.storage.Answer;
import io.feiqian.transaction.InitiatorState.Phase;
import io.feiqian.vocabulary.Outcome;

/** What the initiator's driver is to do. Every effect may be lost or executed twice. */
public sealed interface InitiatorEffect {
    /**
     * Send a message to a branch.
     *
     * @param kind try, confirm or cancel
     * @param attempt the attempt it is about
     * @param branch whom
     */
    record Send(PeerMessage.Kind kind, int attempt, int branch) implements InitiatorEffect {}

    /**
     * Commit the decision together with the own share; answer with {@link InitiatorEvent.Decided}.
     *
     * @param attempt the attempt
     */
    record Decide(int attempt) implements InitiatorEffect {}

    /**
     * Commit the row that voids the attempt; answer with {@link InitiatorEvent.Voided}.
     *
     * @param attempt the attempt
     * @param reason what the caller is told
     */
    record Abort(int attempt, Outcome.Refused reason) implements InitiatorEffect {}

    /** Read the decision; answer with {@link InitiatorEvent.Looked}. */
    record Look() implements InitiatorEffect {}

    /**
     * Tell the caller.
     *
     * @param answer what
     */
    record Tell(Answer answer) implements InitiatorEffect {}

    /**
     * Tell whoever waits until nothing is left to do.
     *
     * @param answer the answer of the transaction
     */
    record Settle(Answer answer) implements InitiatorEffect {}

    /**
     * Record, lazily, that branches are durably finished.
     *
     * @param attempt the attempt
     * @param branches their bits
     */
    record Acknowledge(int attempt, long branches) implements InitiatorEffect {}

    /**
     * Pause, longer with every failure up to a cap, then {@link InitiatorEvent.RetryDue}
     * (retry-for-ever).
     *
     * @param phase the phase it belongs to
     * @param attempt the attempt it belongs to
     * @param branch whom to send to again; 0 for the local commit or read
     * @param failures how many in a row, 1 and up
     */
    record Retry(Phase phase, int attempt, int branch, int failures) implements InitiatorEffect {}

    /**
     * Call an operator.
     *
     * @param kind why
     * @param message what is known
     */
    record Alarm(AlarmKind kind, String message) implements InitiatorEffect {}
}

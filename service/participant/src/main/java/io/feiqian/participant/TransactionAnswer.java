package io.feiqian.participant;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;

/**
 * How a global transaction ended for its caller.
 *
 * @param outcome accepted once decided; refused: nothing of it remains or will; unknown only where
 *     the decision's commit was sent and cannot be found out about now
 * @param answer what the own share answered; empty where it was not accepted
 * @param recorded whether this is the answer of an earlier execution
 * @param settled whether every branch is known to be finished
 */
public record TransactionAnswer(
        Outcome outcome, Content answer, boolean recorded, boolean settled) {
    static TransactionAnswer of(DecisionRow row, boolean recorded) {
        Outcome outcome =
                row.state() == DecisionState.ABORTED
                        ? Outcome.refused(OutcomeCode.ABORTED, row.outcome().message())
                        : row.outcome();
        return new TransactionAnswer(outcome, row.answer(), recorded, row.finished());
    }

    static TransactionAnswer refused(OutcomeCode code, String message) {
        return new TransactionAnswer(Outcome.refused(code, message), Content.EMPTY, false, true);
    }

    static TransactionAnswer unknown(String message) {
        return new TransactionAnswer(new Outcome.Unknown(message), Content.EMPTY, false, false);
    }

    TransactionAnswer asSettled() {
        return new TransactionAnswer(outcome, answer, recorded, true);
    }

    /** Whether it is decided and durable. */
    public boolean isAccepted() {
        return outcome.isAccepted();
    }
}

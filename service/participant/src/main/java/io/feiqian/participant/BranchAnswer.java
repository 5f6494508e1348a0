package io.feiqian.participant;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;

/**
 * What became of a try.
 *
 * @param outcome accepted, refused, or unknown where the commit's own answer was lost
 * @param answer what the work answered; empty where it was not accepted
 * @param recorded whether this is the answer of an earlier call with the same key (D7.3-a)
 */
public record BranchAnswer(Outcome outcome, Content answer, boolean recorded) {
    static BranchAnswer accepted(Content answer) {
        return new BranchAnswer(Outcome.accepted(), answer, false);
    }

    static BranchAnswer refused(OutcomeCode code, String message) {
        return new BranchAnswer(Outcome.refused(code, message), Content.EMPTY, false);
    }

    static BranchAnswer unknown(String message) {
        return new BranchAnswer(new Outcome.Unknown(message), Content.EMPTY, false);
    }

    BranchAnswer asRecorded() {
        return new BranchAnswer(outcome, answer, true);
    }

    /** Whether the effect is durable. */
    public boolean isAccepted() {
        return outcome.isAccepted();
    }
}

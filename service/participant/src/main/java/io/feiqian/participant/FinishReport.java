package io.feiqian.participant;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;

/**
 * What a participant says of a {@link FinishOrder}.
 *
 * @param key the branch
 * @param outcome accepted: durable, also where it was before; a refusal of kind UNAVAILABLE is
 *     repeated for ever; {@link OutcomeCode#CONTRADICTION} and {@link OutcomeCode#SQL_DIRTY_ROW}
 *     stop and wait for an operator
 */
public record FinishReport(BranchKey key, Outcome outcome) {
    static FinishReport done(BranchKey key) {
        return new FinishReport(key, Outcome.accepted());
    }

    static FinishReport refused(BranchKey key, OutcomeCode code, String message) {
        return new FinishReport(key, Outcome.refused(code, message));
    }

    /** Whether nobody but an operator can go on. */
    boolean needsOperator() {
        return outcome.code() == OutcomeCode.CONTRADICTION
                || outcome.code() == OutcomeCode.SQL_DIRTY_ROW;
    }
}

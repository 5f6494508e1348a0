package io.feiqian.participant;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;

/**
 * One row of {@code feiqian_branch}.
 *
 * @param decideBy milliseconds since 1970 by the database's clock from when on it may inquire
 */
record BranchRow(
        BranchKey key,
        BranchKind kind,
        BranchState state,
        String initiator,
        long digest,
        BusinessDate businessDate,
        String action,
        Content content,
        Outcome outcome,
        Content answer,
        long decideBy) {
    BranchCall call() {
        return new BranchCall(key, action, content, businessDate);
    }

    BranchAnswer recordedAnswer() {
        return new BranchAnswer(outcome, answer, true);
    }

    BranchRow in(BranchState other) {
        return new BranchRow(
                key,
                kind,
                other,
                initiator,
                digest,
                businessDate,
                action,
                content,
                outcome,
                answer,
                decideBy);
    }

    /** The row that refuses a try which comes after its cancel. */
    static BranchRow planted(FinishOrder order) {
        return new BranchRow(
                order.key(),
                BranchKind.NONE,
                BranchState.CANCELLED,
                order.initiator(),
                order.digest(),
                order.businessDate(),
                order.action(),
                Content.EMPTY,
                Outcome.accepted(),
                Content.EMPTY,
                0);
    }

    /** The row of a message that was taken. */
    static BranchRow taken(FinishOrder order) {
        return new BranchRow(
                order.key(),
                BranchKind.MESSAGE,
                BranchState.CONFIRMED,
                order.initiator(),
                order.digest(),
                order.businessDate(),
                order.action(),
                Content.EMPTY,
                Outcome.accepted(),
                Content.EMPTY,
                0);
    }
}

package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;

/**
 * One row of {@code feiqian_decision}.
 *
 * @param acknowledged the bits of the branches whose end is recorded
 * @param finished whether all of them are
 */
record DecisionRow(
        TraceNumber trace,
        int attempt,
        DecisionState state,
        long digest,
        BusinessDate businessDate,
        List<ListedBranch> branches,
        Outcome outcome,
        Content answer,
        long acknowledged,
        boolean finished) {
    /** What phase two asks of its branches. */
    List<ListedBranch> open() {
        return branches.stream().filter(each -> (acknowledged & each.bit()) == 0).toList();
    }

    /** The messages that it releases. */
    List<SentMessage> messages(String initiator) {
        return branches.stream()
                .filter(ListedBranch::isMessage)
                .map(each ->
                        new SentMessage(
                                new BranchKey(trace, attempt, each.branch()),
                                initiator,
                                each.service(),
                                each.action(),
                                each.digest(),
                                businessDate,
                                each.content()))
                .toList();
    }

    FinishOrder order(ListedBranch branch, String initiator) {
        BranchKey key = new BranchKey(trace, attempt, branch.branch());
        if (state != DecisionState.COMMITTED) {
            return FinishOrder.of(Verb.CANCEL, key, initiator, branch.digest(), businessDate);
        }
        return branch.isMessage()
                ? new FinishOrder(
                        Verb.DELIVER,
                        key,
                        initiator,
                        branch.digest(),
                        businessDate,
                        branch.action(),
                        branch.content())
                : FinishOrder.of(Verb.CONFIRM, key, initiator, branch.digest(), businessDate);
    }
}

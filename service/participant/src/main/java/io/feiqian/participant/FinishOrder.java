package io.feiqian.participant;

import io.feiqian.vocabulary.BusinessDate;

/**
 * One order of phase two, from the initiator to a participant.
 *
 * @param verb what is to be done
 * @param key the branch
 * @param initiator who decided
 * @param digest the digest that the decision lists; another than the branch's is a contradiction
 * @param businessDate the day to post under
 * @param action the action that is to take a message; empty otherwise
 * @param content the message; empty otherwise
 */
public record FinishOrder(
        Verb verb,
        BranchKey key,
        String initiator,
        long digest,
        BusinessDate businessDate,
        String action,
        Content content) {
    /** What phase two may ask for. */
    public enum Verb {
        /** Make what was tried final. */
        CONFIRM(BranchStep.CONFIRM),
        /** Undo what was tried, and refuse a try that comes later. */
        CANCEL(BranchStep.CANCEL),
        /** The same for what is left of a branch whose confirm is on record. */
        CLEAR(BranchStep.CANCEL),
        /** Take a message that the decision released. */
        DELIVER(BranchStep.REBUILD);

        private final BranchStep step;

        Verb(BranchStep step) {
            this.step = step;
        }

        /** The step whose verdicts judge it. */
        BranchStep step() {
            return step;
        }
    }

    /** An order without message. */
    static FinishOrder of(
            Verb verb, BranchKey key, String initiator, long digest, BusinessDate day) {
        return new FinishOrder(verb, key, initiator, digest, day, "", Content.EMPTY);
    }
}

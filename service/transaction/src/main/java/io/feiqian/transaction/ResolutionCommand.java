package io.feiqian.transaction;

import io.feiqian.transaction.Resolution.Person;

/** What can be asked of the proposals of a cell's operators. Immutable. */
public sealed interface ResolutionCommand {
    /** The proposal's key. */
    long id();

    /**
     * Records a proposal; the answer's value is the {@link Resolution}.
     *
     * @param proposal what is proposed
     */
    record Propose(Resolution proposal) implements ResolutionCommand {
        @Override
        public long id() {
            return proposal.id();
        }
    }

    /**
     * Approves a proposal: the last part of the work that does what was proposed, so that both are
     * one commit and a second approval does nothing more. The answer's value is the {@link
     * Resolution}.
     *
     * @param id which
     * @param digest the digest of what the approver has read
     * @param by who approves, and why
     */
    record Approve(long id, long digest, Person by) implements ResolutionCommand {}

    /**
     * Rejects a proposal, or withdraws one's own.
     *
     * @param id which
     * @param by who rejects, and why
     */
    record Reject(long id, Person by) implements ResolutionCommand {}
}

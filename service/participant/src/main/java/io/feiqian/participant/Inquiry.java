package io.feiqian.participant;

/**
 * A participant's question to the initiator: what was decided of a branch that outlived its
 * deadline. Asking is what ends an undecided attempt: the answer is an abort row that a late
 * decision meets (abort-first).
 *
 * @param key the branch
 * @param digest the branch's digest
 */
public record Inquiry(BranchKey key, long digest) {}

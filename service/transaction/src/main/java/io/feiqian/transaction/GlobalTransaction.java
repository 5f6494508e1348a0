package io.feiqian.transaction;

import io.feiqian.participant.Content;
import io.feiqian.storage.Share;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.List;

/**
 * A unit of atomicity over cells, as its initiator wants it done: either the own share and every
 * branch take effect, or none does.
 *
 * <p>The same trace number with the same digest is the same transaction, whoever sends it and how
 * often (trace-identity). Its home, where it is decided, is the trace number's home slot.
 *
 * @param trace its number
 * @param digest the digest of the whole business content; equal to the one the local path would
 *     record, since both share one key space
 * @param businessDate the day of every leg (business-date)
 * @param branches what others do, numbered 1 and up without a gap
 * @param own the initiator's own effect, which rides with the decision (last-agent rule)
 * @param decideWithin how long it may take until the decision; past it nothing commits (decide-by)
 * @param content what the decision row keeps for those who ask what the transaction was
 * @param settling how soon its branches are confirmed once it is committed
 * @param label the label of a gray release that goes to its participants; empty for none. It is no
 *     part of the content, and an instance that takes the transaction up after a crash has it not
 */
public record GlobalTransaction(
        TraceNumber trace,
        long digest,
        BusinessDate businessDate,
        List<BranchSpec> branches,
        Share own,
        Duration decideWithin,
        Content content,
        Settling settling,
        String label) {
    /** Refuses a list of branches that is empty, too long or numbered otherwise. */
    public GlobalTransaction {
        branches = List.copyOf(branches);
        if (branches.isEmpty() || branches.size() > BranchSpec.MOST) {
            throw new IllegalArgumentException(
                    "branches: " + branches.size() + " (expected: 1 to " + BranchSpec.MOST + ")");
        }
        for (int i = 0; i < branches.size(); i++) {
            if (branches.get(i).branch() != i + 1) {
                throw new IllegalArgumentException(
                        "branch: %d (expected: %d)".formatted(branches.get(i).branch(), i + 1));
            }
        }
        if (decideWithin.isNegative() || decideWithin.isZero()) {
            throw new IllegalArgumentException(
                    "decide within: " + decideWithin + " (expected: > 0)");
        }
    }

    /** One of no label. */
    public GlobalTransaction(
            TraceNumber trace,
            long digest,
            BusinessDate businessDate,
            List<BranchSpec> branches,
            Share own,
            Duration decideWithin,
            Content content,
            Settling settling) {
        this(trace, digest, businessDate, branches, own, decideWithin, content, settling, "");
    }

    /** The same with the label of a gray release. */
    public GlobalTransaction labelled(String newLabel) {
        return new GlobalTransaction(
                trace,
                digest,
                businessDate,
                branches,
                own,
                decideWithin,
                content,
                settling,
                newLabel);
    }
}

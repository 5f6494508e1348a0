package io.feiqian.transaction.spi;

import io.feiqian.storage.Share;
import io.feiqian.transaction.BranchCall;
import java.util.Optional;

/**
 * A service that takes part in other cells' transactions with branches of the TCC kind. It turns a
 * branch's content into commands of its own contributions; the branch row is written in the same
 * commit, so that its commands need no idempotence of their own for messages that come twice.
 *
 * <p>Thread-safe and without effect: what the shares describe happens in the local commit. Content
 * that cannot be read is refused with a {@link io.feiqian.vocabulary.RefusedException}.
 */
public interface Participant {
    /** The name by which branches address it; stable. */
    String service();

    /**
     * Phase one: reserve. A business refusal is an answer of the commands. A branch whose effect
     * was posted long ago, its branch row cleaned, is answered by the commands' own check as ended
     * and recorded, never reserved again.
     */
    Share attempt(BranchCall call);

    /**
     * Phase two: make the reservation final. Uses the branch's own reservation, checks no business
     * rule and is never refused for one (confirm-never-refused).
     */
    Share confirm(BranchCall call);

    /** Phase two: give the reservation back. */
    Share cancel(BranchCall call);

    /**
     * Confirms without a reservation, for a decided branch whose rows are gone (unknown-branch);
     * its commands must recognise that the effect was posted already. Empty where that is not
     * possible: an operator is called instead.
     */
    Optional<Share> rebuild(BranchCall call);
}

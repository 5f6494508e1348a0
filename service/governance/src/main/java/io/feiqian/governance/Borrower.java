package io.feiqian.governance;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node's end of a quota: asks, hears, and says what the node may use. A pure state machine: it is
 * given the time, sends nothing and waits for nothing. Not thread-safe; {@link #share} is a number
 * to be handed to the threads that use it.
 *
 * <p>Once a lease has passed and no lender answers, the node goes on with its last share: limits
 * that stop all calls because a lender is dead would do more harm than what they prevent. So all
 * together may use, beyond the quota, one lease for each node that no lender has heard from in
 * time.
 */
public final class Borrower {
    /** Of questions that were not answered, so many are remembered. */
    private static final int OPEN = 16;

    private record Asked(long number, long atNanos) {}

    private final String node;
    private final Set<QuotaRule> without;
    private final Deque<Asked> open = new ArrayDeque<>();
    private long questions;
    private @Nullable Lease lease;
    private long leaseEndNanos;

    /** A node of this name without a lease. */
    public Borrower(String node) {
        this(node, Set.of());
    }

    Borrower(String node, Set<QuotaRule> without) {
        this.node = node;
        this.without = without;
    }

    /**
     * What to ask now.
     *
     * @param wanted pieces of work a second that this node would use
     * @param quota what the policy says of the quota
     */
    public Lease.Question ask(long nowNanos, double wanted, Rule.Quota quota) {
        questions++;
        open.addLast(new Asked(questions, nowNanos));
        if (open.size() > OPEN) {
            open.removeFirst();
        }
        return new Lease.Question(
                node,
                questions,
                wanted,
                lease == null ? 0 : lease.term(),
                lease == null ? 0 : lease.number(),
                quota.perSecond(),
                quota.lease());
    }

    /** Takes what the lender answered; what is older than what is known is passed over. */
    public void hear(Lease answer, long nowNanos) {
        Asked asked =
                open.stream()
                        .filter(each -> each.number == answer.question())
                        .findFirst()
                        .orElse(null);
        boolean isNewer = lease == null || answer.isNewerThan(lease);
        if (asked == null || !(isNewer || without.contains(QuotaRule.NO_OLDER_LEASE))) {
            return;
        }
        long from = without.contains(QuotaRule.LEASE_FROM_THE_QUESTION) ? nowNanos : asked.atNanos;
        lease = answer;
        leaseEndNanos = from + answer.length().toNanos();
    }

    /** Pieces of work a second that the node may use; empty where it never had a lease. */
    public OptionalDouble share() {
        return lease == null ? OptionalDouble.empty() : OptionalDouble.of(lease.perSecond());
    }

    /** Whether the share is still promised; not so, the node goes on with its last one. */
    public boolean isPromised(long nowNanos) {
        return lease != null && leaseEndNanos - nowNanos > 0;
    }

    /** How long the share is still promised; negative since when it is not, 0 without a lease. */
    public Duration promisedFor(long nowNanos) {
        return lease == null ? Duration.ZERO : Duration.ofNanos(leaseEndNanos - nowNanos);
    }

    /** How often to ask, for leases of this length. */
    public static Duration every(Duration lease) {
        return lease.dividedBy(5);
    }
}

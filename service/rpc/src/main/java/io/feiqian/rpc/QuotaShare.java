package io.feiqian.rpc;

import io.feiqian.governance.Borrower;
import io.feiqian.governance.Lease;
import io.feiqian.governance.Rule;
import java.time.Duration;
import java.util.OptionalDouble;

/**
 * This process's part of one quota: measures what is wanted, asks and hears. Guarded by its owner,
 * except for {@link #share}.
 */
final class QuotaShare {
    private static final double NONE = -1;

    private final String node;
    private final Borrower borrower;
    private long seen;
    private long seenAtNanos;
    private double wanted;
    private volatile double perSecond = NONE;

    /**
     * Without a lease.
     *
     * @param node its name, which no other has had
     * @param seen how much was wanted so far
     */
    QuotaShare(String node, long seen, long nowNanos) {
        this.node = node;
        this.borrower = new Borrower(node);
        this.seen = seen;
        this.seenAtNanos = nowNanos;
    }

    String node() {
        return node;
    }

    OptionalDouble share() {
        double now = perSecond;
        return now < 0 ? OptionalDouble.empty() : OptionalDouble.of(now);
    }

    /** Measures: what is wanted more counts at once, what is wanted less by and by. */
    void measure(long nowSeen, long nowNanos) {
        double seconds = (nowNanos - seenAtNanos) / 1e9;
        if (seconds > 0) {
            double rate = (nowSeen - seen) / seconds;
            wanted = Math.max(rate, (wanted + rate) / 2);
            seen = nowSeen;
            seenAtNanos = nowNanos;
        }
    }

    Lease.Question ask(Rule.Quota quota, long nowNanos) {
        return borrower.ask(nowNanos, wanted, quota);
    }

    void hear(Lease lease, long nowNanos) {
        borrower.hear(lease, nowNanos);
        perSecond = borrower.share().orElse(NONE);
    }

    String standing(long nowNanos) {
        if (borrower.share().isEmpty()) {
            return "never leased";
        }
        Duration left = borrower.promisedFor(nowNanos);
        return left.isNegative()
                ? "its lease passed " + left.negated().toSeconds() + " s ago"
                : "leased for " + (left.toSeconds() + 1) + " s";
    }
}

package io.feiqian.governance.spi;

import java.util.OptionalDouble;

/**
 * What this node may use of quotas that it shares with others; see {@link
 * io.feiqian.governance.Borrower}. Asked at each call, by many threads.
 */
@FunctionalInterface
public interface QuotaShares {
    /** Calls a second of this quota; empty where there never was a lease. */
    OptionalDouble perSecond(String quota);

    /** On what its share rests, for people; asked for reports only. */
    default String standing(String quota) {
        return perSecond(quota).isPresent() ? "leased" : "never leased";
    }

    /** No leases: every policy's {@code withoutLease} holds. */
    static QuotaShares none() {
        return quota -> OptionalDouble.empty();
    }
}

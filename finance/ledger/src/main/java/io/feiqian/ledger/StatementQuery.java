package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;

/**
 * Which page of which account's statement.
 *
 * @param account the account
 * @param from the first business date wanted; empty for no bound
 * @param to the last business date wanted; empty for no bound
 * @param afterEntry the last entry of the page before; 0 for the first page
 * @param limit how many entries at most, 1 to {@link #LARGEST_LIMIT}
 */
public record StatementQuery(
        AccountNumber account,
        Optional<BusinessDate> from,
        Optional<BusinessDate> to,
        long afterEntry,
        int limit) {
    /** The most entries of one page. */
    public static final int LARGEST_LIMIT = 1_000;

    /** Refuses a limit out of range and a negative entry number. */
    public StatementQuery {
        if (limit < 1 || limit > LARGEST_LIMIT || afterEntry < 0) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "limit: %d, after entry: %d (expected: 1 to %d, >= 0)"
                            .formatted(limit, afterEntry, LARGEST_LIMIT));
        }
    }

    /** The first page of everything. */
    public static StatementQuery first(AccountNumber account, int limit) {
        return new StatementQuery(account, Optional.empty(), Optional.empty(), 0, limit);
    }
}

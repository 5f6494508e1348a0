package io.feiqian.ledger;

import java.util.List;

/**
 * A page of an account's statement, in the order that was asked for.
 *
 * @param entries the entries
 * @param more whether more follow after the last of them
 */
public record StatementPage(List<StatementEntry> entries, boolean more) {
    /** Copies the entries. */
    public StatementPage {
        entries = List.copyOf(entries);
    }
}

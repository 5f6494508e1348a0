/**
 * Accounts, the double-entry journal and reservations of one cell. {@link
 * io.feiqian.ledger.LedgerBook} is the pure function that keeps the books; {@link
 * io.feiqian.ledger.LedgerContribution} is its shell of SQL inside a local commit.
 */
@NullMarked
package io.feiqian.ledger;

import org.jspecify.annotations.NullMarked;

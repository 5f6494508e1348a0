package io.feiqian.ledger;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import java.util.List;

/**
 * What an audit of one cell's books saw, all at one moment. Amounts in minor units.
 *
 * @param accounts how many accounts there are
 * @param entries how many movements the journal holds
 * @param openHolds how many reservations stand
 * @param sums per currency, in order of its number
 * @param peers the inter-cell accounts' balances
 * @param findings what is wrong, each a sentence; the first {@link BooksAudit#MOST_FINDINGS}
 * @param findingCount how many findings there are
 */
public record BooksReport(
        long accounts,
        long entries,
        long openHolds,
        List<CurrencySum> sums,
        List<PeerPosition> peers,
        List<String> findings,
        long findingCount) {
    /** Copies the lists. */
    public BooksReport {
        sums = List.copyOf(sums);
        peers = List.copyOf(peers);
        findings = List.copyOf(findings);
    }

    /** Whether nothing is wrong. */
    public boolean isBalanced() {
        return findingCount == 0;
    }

    /**
     * All balances of one currency.
     *
     * @param currency the currency
     * @param balance all balances together; 0 in balanced books
     * @param customers customers' balances together
     * @param moved what the journal's debits amount to, which is what its credits amount to
     */
    public record CurrencySum(Currency currency, long balance, long customers, long moved) {}

    /**
     * What this cell owes another: the balance of its inter-cell account.
     *
     * @param peer the other cell
     * @param currency the currency
     * @param balance positive where this cell owes
     */
    public record PeerPosition(CellId peer, Currency currency, long balance) {}
}

package io.feiqian.ledger;

import java.util.Optional;

/**
 * One row of the journal: a movement with both its legs, or what was recorded instead of one; its
 * key is the idempotence key at the same time. Amounts in minor units.
 *
 * @param key where it is recorded
 * @param refusal why nothing moved; empty where accepted
 * @param digest of the business transaction's content
 * @param initiator number of the cell that began the business transaction
 * @param kind what it is about
 * @param debit the account it left; the account itself where no money can move by its kind
 * @param credit the account it entered; 0 where no money can move by its kind
 * @param counter the account in the other cell behind the inter-cell account; 0 for none
 * @param amount how much; the status's number for {@link EntryKind#STATUS_SET}
 * @param currency the currency's number; 0 where no money can move by its kind
 * @param debitAfter the debit account's balance after it; 0 where nothing moved
 * @param creditAfter the credit account's balance after it; 0 where nothing moved
 * @param date the business date, as yyyymmdd
 * @param entry its number among its accounts' entries; 0 where nothing moved
 * @param text what a person reads on the statement; may be empty
 * @param postedAt the database's clock, milliseconds since 1970
 */
public record JournalRow(
        EntryKey key,
        Optional<Refusal> refusal,
        long digest,
        int initiator,
        EntryKind kind,
        long debit,
        long credit,
        long counter,
        long amount,
        int currency,
        long debitAfter,
        long creditAfter,
        int date,
        long entry,
        String text,
        long postedAt) {}

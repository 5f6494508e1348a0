package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Money;

/**
 * One movement as it stands in the journal; the value of the answer to {@link LedgerCommand.Post}
 * and {@link LedgerCommand.Capture}.
 *
 * @param key where it is recorded
 * @param entry its number, which grows with every entry of an account
 * @param kind what it is about
 * @param debit the account it left
 * @param credit the account it entered; the suspense account where the one asked for could not take
 *     it
 * @param amount how much
 * @param debitAfter the debit account's balance after it, in minor units
 * @param creditAfter the credit account's balance after it, in minor units
 * @param date the day it is posted under
 */
public record Posted(
        EntryKey key,
        long entry,
        EntryKind kind,
        AccountNumber debit,
        AccountNumber credit,
        Money amount,
        long debitAfter,
        long creditAfter,
        BusinessDate date)
        implements LedgerEffect {}

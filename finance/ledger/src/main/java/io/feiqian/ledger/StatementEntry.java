package io.feiqian.ledger;

import io.feiqian.vocabulary.BusinessDate;

/**
 * One entry of an account's statement: the account's leg of a movement.
 *
 * @param entry its number, growing per account
 * @param date the day it is posted under
 * @param key where it is recorded
 * @param kind what it is about
 * @param amount in minor units: positive for a credit, negative for a debit
 * @param balanceAfter the account's balance after it, in minor units
 * @param counterAccount the other side's account number, in whatever cell it is
 * @param text what a person reads; may be empty
 * @param postedAt the database's clock, milliseconds since 1970
 */
public record StatementEntry(
        long entry,
        BusinessDate date,
        EntryKey key,
        EntryKind kind,
        long amount,
        long balanceAfter,
        long counterAccount,
        String text,
        long postedAt) {}

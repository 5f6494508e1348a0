package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;

/** What an accepted {@link LedgerCommand} did: the value of its answer. */
public sealed interface LedgerEffect
        permits Posted,
                LedgerEffect.Reserved,
                LedgerEffect.Released,
                LedgerEffect.Opened,
                LedgerEffect.StatusSet {
    /**
     * A reservation stands.
     *
     * @param key the reservation
     * @param account the account it is made at
     * @param amount in minor units
     * @param date the day it is meant for
     */
    record Reserved(HoldKey key, AccountNumber account, long amount, BusinessDate date)
            implements LedgerEffect {}

    /**
     * A reservation was given up.
     *
     * @param key the reservation
     */
    record Released(HoldKey key) implements LedgerEffect {}

    /**
     * An account was opened.
     *
     * @param account its number
     */
    record Opened(AccountNumber account) implements LedgerEffect {}

    /**
     * A status was set.
     *
     * @param account the account
     * @param status its status since
     */
    record StatusSet(AccountNumber account, AccountStatus status) implements LedgerEffect {}
}

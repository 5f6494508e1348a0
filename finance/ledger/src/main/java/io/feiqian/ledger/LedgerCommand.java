package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;

/**
 * What the books of one cell can be asked to do. Every command carries the key under which its
 * outcome is recorded, who began the business transaction, and the {@link ContentDigest} of what
 * that transaction is about; a repetition that differs in either is refused with {@code
 * TRACE_CONTENT_DIFFERS} (trace-identity).
 *
 * <p>Immutable; what is wrong in itself is refused by the constructors.
 */
public sealed interface LedgerCommand {
    /** The cell that began the business transaction. */
    CellId initiator();

    /** The digest of the business transaction's content, the same in every leg. */
    long digest();

    /**
     * Moves money at once. The answer's value is {@link Posted}; a refusal for business reasons is
     * recorded and final.
     *
     * @param key where the outcome is recorded
     * @param initiator who began it
     * @param digest of the business transaction's content
     * @param movement what to move
     * @param date the day that the home slot fixed for the whole transaction (business-date); empty
     *     for new local work, which is posted under the open day
     */
    record Post(
            EntryKey key,
            CellId initiator,
            long digest,
            Movement movement,
            Optional<BusinessDate> date)
            implements LedgerCommand {}

    /**
     * Reserves funds of the movement's debit account; nothing moves. The answer's value is {@link
     * LedgerEffect.Reserved}.
     *
     * @param key the reservation
     * @param initiator who began it
     * @param digest of the business transaction's content
     * @param movement what {@link Capture} is going to move
     * @param date as in {@link Post}
     */
    record Hold(
            HoldKey key,
            CellId initiator,
            long digest,
            Movement movement,
            Optional<BusinessDate> date)
            implements LedgerCommand {}

    /**
     * Reserves acceptance at the movement's credit account: the amount is pending, not available,
     * and nothing can refuse it any more (confirm-never-refused). The answer's value is {@link
     * LedgerEffect.Reserved}.
     *
     * @param key the reservation
     * @param initiator who began it
     * @param digest of the business transaction's content
     * @param movement what {@link Capture} is going to move
     * @param date as in {@link Post}
     */
    record Announce(
            HoldKey key,
            CellId initiator,
            long digest,
            Movement movement,
            Optional<BusinessDate> date)
            implements LedgerCommand {}

    /**
     * Moves what was reserved (confirm). Checks no business rule and is never refused for one:
     * where the credit account cannot take the amount, the cell's suspense account does, with an
     * alarm. The answer's value is {@link Posted}. Refused with {@code UNKNOWN_HOLD} where there is
     * no such reservation (unknown-branch), {@code HOLD_ENDED} where it was released, {@code
     * CONTRADICTION} where it reserved something else.
     *
     * @param hold the reservation
     * @param key where the outcome is recorded; the branch number is the sub-number
     * @param initiator who began it
     * @param digest of the business transaction's content
     * @param movement the same as was reserved
     * @param date the day that the home slot fixed; empty to post under the open day
     */
    record Capture(
            HoldKey hold,
            EntryKey key,
            CellId initiator,
            long digest,
            Movement movement,
            Optional<BusinessDate> date)
            implements LedgerCommand {}

    /**
     * Gives up a reservation (cancel). The answer's value is {@link LedgerEffect.Released}. Refused
     * with {@code UNKNOWN_HOLD} or, where it was captured, {@code HOLD_ENDED}.
     *
     * @param hold the reservation
     * @param account the account that was reserved at
     * @param initiator who began it
     * @param digest of the business transaction's content
     */
    record Release(HoldKey hold, AccountNumber account, CellId initiator, long digest)
            implements LedgerCommand {}

    /**
     * Opens an account with nothing in it. The answer's value is {@link LedgerEffect.Opened}; a
     * repetition is answered with the number of the first call, whatever number it proposes.
     *
     * @param key where the outcome is recorded
     * @param initiator who asked
     * @param digest of the request's content, without the account's number
     * @param account the new account's number
     * @param customer the owner's number; 0 for accounts of the bank itself
     * @param currency the one currency it is kept in
     * @param overdraftLimit how far below zero the balance may go, in minor units, 0 to {@link
     *     Movement#LARGEST}; 0 for accounts of the bank itself, which have no limit
     * @param name by which the bank knows it; may be empty
     */
    record OpenAccount(
            EntryKey key,
            CellId initiator,
            long digest,
            AccountNumber account,
            long customer,
            Currency currency,
            long overdraftLimit,
            String name)
            implements LedgerCommand {
        /** Refuses a limit out of range, a wrong text, and accounts that open by themselves. */
        public OpenAccount {
            if (overdraftLimit < 0
                    || overdraftLimit > Movement.LARGEST
                    || (account.kind().isInternal() && overdraftLimit != 0)) {
                throw new RefusedException(
                        OutcomeCode.INVALID_AMOUNT,
                        "overdraft limit: %d (expected: 0 to %d, 0 for an account of the bank)"
                                .formatted(overdraftLimit, Movement.LARGEST));
            }
            if (account.kind().isInternal() != (customer == 0)) {
                throw new RefusedException(
                        OutcomeCode.MALFORMED_REQUEST,
                        "customer: %d for %s (expected: 0 for accounts of the bank, and only there)"
                                .formatted(customer, account));
            }
            requireOrdinary(account);
            Movement.requireText(name);
        }
    }

    /**
     * Sets an account's status. The answer's value is {@link LedgerEffect.StatusSet}. Closing is
     * refused with {@code ACCOUNT_NOT_EMPTY} or {@code ACCOUNT_BUSY}; a closed account stays
     * closed.
     *
     * @param key where the outcome is recorded
     * @param initiator who asked
     * @param digest of the request's content
     * @param account the account
     * @param status the status to set
     */
    record SetStatus(
            EntryKey key,
            CellId initiator,
            long digest,
            AccountNumber account,
            AccountStatus status)
            implements LedgerCommand {
        /** Refuses accounts on which the protocol itself relies. */
        public SetStatus {
            requireOrdinary(account);
        }
    }

    private static void requireOrdinary(AccountNumber account) {
        switch (account.kind()) {
            case INTER_CELL, SUSPENSE ->
                    throw new RefusedException(
                            OutcomeCode.MALFORMED_REQUEST,
                            "account: " + account + " (expected: neither inter-cell nor suspense)");
            case CUSTOMER, CASH, NOSTRO, CARD_SETTLEMENT, INCOME, EXPENSE -> {}
        }
    }
}

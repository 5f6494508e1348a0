package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.OutcomeCode;
import org.jspecify.annotations.Nullable;

/**
 * The business rules, each a question that is answered with a refusal or with null. The order of
 * the questions is the order in which refusals win: debit side, credit side, original; on each side
 * the account's existence, currency, status, then its amounts.
 */
final class Judgement {
    private Judgement() {}

    static @Nullable Refusal ofDebit(@Nullable BookAccount account, Movement movement) {
        Refusal refusal = ofSide(account, movement.debit().number(), movement);
        if (refusal != null || account == null) {
            return refusal;
        }
        return refusal(account.refusesDebit(movement.amount().minor()), account.id);
    }

    static @Nullable Refusal ofCredit(@Nullable BookAccount account, Movement movement) {
        Refusal refusal = ofSide(account, movement.credit().number(), movement);
        if (refusal != null || account == null) {
            return refusal;
        }
        return refusal(account.refusesCredit(movement.amount().minor()), account.id);
    }

    /** Parts of a reversal never exceed the original (reversal-once). */
    static @Nullable Refusal ofReversal(
            Movement movement, @Nullable JournalRow original, long left) {
        if (original == null) {
            return new Refusal(OutcomeCode.UNKNOWN_TRANSACTION, 0);
        }
        boolean wholeOtherWay =
                original.refusal().isEmpty()
                        && original.kind().isReversible()
                        && original.currency() == movement.amount().currency().number()
                        && isAt(original.debit(), movement.credit())
                        && isAt(original.credit(), movement.debit())
                        && original.counter() == BookRows.counter(movement);
        if (!wholeOtherWay) {
            return new Refusal(OutcomeCode.NOT_REVERSIBLE, 0);
        }
        return movement.amount().minor() > left
                ? new Refusal(OutcomeCode.REVERSAL_EXCEEDS_ORIGINAL, 0)
                : null;
    }

    /** Whether this was booked at the account, in whichever part of it. */
    private static boolean isAt(long booked, AccountNumber account) {
        return booked == account.number()
                || (account.kind() == AccountNumber.Kind.INTER_CELL
                        && new AccountNumber(booked).part(0).equals(account));
    }

    static @Nullable Refusal ofStatus(@Nullable BookAccount account, LedgerCommand.SetStatus set) {
        if (account == null) {
            return new Refusal(OutcomeCode.UNKNOWN_ACCOUNT, set.account().number());
        }
        if (account.isClosed()) {
            return set.status() == AccountStatus.CLOSED
                    ? null
                    : new Refusal(OutcomeCode.ACCOUNT_CLOSED, account.id);
        }
        return set.status() == AccountStatus.CLOSED
                ? refusal(account.refusesClosing(), account.id)
                : null;
    }

    private static @Nullable Refusal ofSide(
            @Nullable BookAccount account, long asked, Movement movement) {
        return account == null
                ? new Refusal(OutcomeCode.UNKNOWN_ACCOUNT, asked)
                : refusal(account.refusesNew(movement.amount().currency().number()), account.id);
    }

    private static @Nullable Refusal refusal(@Nullable OutcomeCode code, long concerns) {
        return code == null ? null : new Refusal(code, concerns);
    }
}

package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;

/**
 * One movement of money inside a cell: out of one account, into another. Both legs in one value:
 * there is no entry that does not balance (D7.2-a).
 *
 * <p>Whatever the database could refuse is refused here, before any queue (no-poison).
 *
 * @param kind what it is about; a kind that moves money
 * @param debit the account it leaves
 * @param credit the account it enters
 * @param amount how much, 1 to {@link #LARGEST} minor units
 * @param text what a person reads on the statement; empty for nothing, at most {@link
 *     #LONGEST_TEXT} characters
 * @param original the movement of this cell that this one takes back (reversal-once)
 * @param counter the account in the other cell that stands behind the inter-cell account of this
 *     movement, so that a statement can name it; empty where both accounts are in this cell
 */
public record Movement(
        EntryKind kind,
        AccountNumber debit,
        AccountNumber credit,
        Money amount,
        String text,
        Optional<EntryKey> original,
        Optional<AccountNumber> counter) {
    /**
     * The largest amount and the largest balance on either side of zero, in minor units. It leaves
     * room in a {@code long} for sums of several of them, so that a confirm cannot overflow.
     */
    public static final long LARGEST = 1_000_000_000_000_000_000L;

    /** The most characters (code points) of a text. */
    public static final int LONGEST_TEXT = 140;

    /** Refuses what no account could book, with the code of what is wrong. */
    public Movement {
        if (!kind.isMovement() || (kind == EntryKind.REVERSAL) != original.isPresent()) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "kind: " + kind + " (expected: a movement, and an original for REVERSAL only)");
        }
        if (amount.minor() <= 0) {
            throw new RefusedException(
                    OutcomeCode.INVALID_AMOUNT, "amount: " + amount + " (expected: > 0)");
        }
        if (amount.minor() > LARGEST) {
            throw new RefusedException(
                    OutcomeCode.AMOUNT_OVERFLOW,
                    "amount: " + amount + " (expected: at most " + LARGEST + " minor units)");
        }
        if (debit.number() == credit.number()) {
            throw new RefusedException(
                    OutcomeCode.SAME_ACCOUNT,
                    "credit account: " + credit + " (expected: another than the debit account)");
        }
        requireText(text);
    }

    /** A movement that takes nothing back. */
    public static Movement of(
            EntryKind kind, AccountNumber debit, AccountNumber credit, Money amount, String text) {
        return new Movement(kind, debit, credit, amount, text, Optional.empty(), Optional.empty());
    }

    /** A movement that takes {@code original} of this cell back, wholly or in part. */
    public static Movement reversal(
            EntryKey original,
            AccountNumber debit,
            AccountNumber credit,
            Money amount,
            String text) {
        return new Movement(
                EntryKind.REVERSAL,
                debit,
                credit,
                amount,
                text,
                Optional.of(original),
                Optional.empty());
    }

    /** The same movement, where {@code account} in the other cell stands behind one of its legs. */
    public Movement behind(AccountNumber account) {
        return new Movement(kind, debit, credit, amount, text, original, Optional.of(account));
    }

    /**
     * Refuses a text that the books cannot hold.
     *
     * @throws RefusedException with {@link OutcomeCode#INVALID_TEXT}
     */
    static void requireText(String text) {
        if (text.isEmpty()) {
            return;
        }
        int length = 0;
        for (int i = 0; i < text.length(); i++, length++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isLowSurrogate(c)) {
                throw wrongText("a character that no text holds at position " + i);
            }
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    throw wrongText("half a character at position " + (i - 1));
                }
            }
        }
        if (length > LONGEST_TEXT) {
            throw wrongText(length + " characters");
        }
    }

    private static RefusedException wrongText(String what) {
        return new RefusedException(
                OutcomeCode.INVALID_TEXT,
                "text: " + what + " (expected: at most " + LONGEST_TEXT + " characters, no NUL)");
    }
}

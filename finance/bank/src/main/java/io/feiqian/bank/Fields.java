package io.feiqian.bank;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * Reads the fields of requests, strictly: whatever the books or the database could refuse later is
 * refused here, before any queue (no-poison). Every method refuses with a {@link RefusedException}.
 */
final class Fields {
    private static final int LONGEST_SHOWN = 60;

    private Fields() {}

    /** A text that must be there. */
    static String required(String field, String value) {
        if (value.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.MISSING_FIELD, field + ": empty (expected: a value)");
        }
        return value;
    }

    /** A digest as people copy it: 16 hexadecimal digits. */
    static long digest(String field, String value) {
        if (!value.matches("[0-9a-f]{16}")) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "%s: %s (expected: 16 hexadecimal digits)".formatted(field, shown(value)));
        }
        return HexFormat.fromHexDigitsToLong(value);
    }

    /** The digest as {@link #digest(String, String)} reads it. */
    static String digest(long digest) {
        return HexFormat.of().toHexDigits(digest);
    }

    /** A trace number. */
    static TraceNumber trace(String field, String value) {
        return TraceNumber.parse(required(field, value));
    }

    /** An account number of any class. */
    static AccountNumber account(String field, String value) {
        return AccountNumber.parse(required(field, value));
    }

    /** An account number of one of these classes. */
    static AccountNumber account(String field, String value, EnumSet<AccountNumber.Kind> kinds) {
        AccountNumber account = account(field, value);
        requireClass(field, account, kinds);
        return account;
    }

    /** Refuses an account of another class. */
    static void requireClass(String field, AccountNumber account, Set<AccountNumber.Kind> kinds) {
        if (!kinds.contains(account.kind())) {
            throw new RefusedException(
                    OutcomeCode.WRONG_ACCOUNT_CLASS,
                    "%s: %s of class %s (expected: one of %s)"
                            .formatted(field, account, account.kind(), kinds));
        }
    }

    /** A currency. */
    static Currency currency(String field, String value) {
        return Currency.of(required(field, value));
    }

    /** An amount above zero. */
    static Money amount(String amount, String currency) {
        Currency of = currency("currency", currency);
        Money money = Money.parse(required("amount", amount), of);
        if (!money.isPositive()) {
            throw new RefusedException(
                    OutcomeCode.INVALID_AMOUNT, "amount: " + money + " (expected: > 0)");
        }
        return money;
    }

    /** A text of at most so many characters, without what a database's text cannot hold. */
    static String text(String field, String value, int longest) {
        int length = 0;
        for (int i = 0; i < value.length(); i++, length++) {
            char c = value.charAt(i);
            boolean pair =
                    Character.isHighSurrogate(c)
                            && i + 1 < value.length()
                            && Character.isLowSurrogate(value.charAt(i + 1));
            if (c == 0 || (Character.isSurrogate(c) && !pair)) {
                throw new RefusedException(
                        OutcomeCode.INVALID_TEXT,
                        "%s: a character that no text holds at position %d (expected: no NUL)"
                                .formatted(field, i));
            }
            if (pair) {
                i++;
            }
        }
        if (length > longest) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "%s: %d characters (expected: at most %d)".formatted(field, length, longest));
        }
        return value;
    }

    /** A constant's name. */
    static <E extends Enum<E>> E constant(String field, String value, Set<E> allowed) {
        required(field, value);
        for (E each : allowed) {
            if (each.name().equals(value)) {
                return each;
            }
        }
        throw new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "%s: %s (expected: one of %s)".formatted(field, shown(value), allowed));
    }

    /** Foreign text as a message shows it: quoted, shortened, without control characters. */
    static String shown(String text) {
        String start =
                text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
        StringBuilder clean = new StringBuilder("\"");
        start.chars().forEach(c -> clean.append(Character.isISOControl(c) ? '?' : (char) c));
        return clean.append('"').toString();
    }
}

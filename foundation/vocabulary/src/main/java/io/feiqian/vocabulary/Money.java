package io.feiqian.vocabulary;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * An exact amount of one currency, counted in its minor units (cents, fen); may be negative or
 * zero.
 *
 * <p>Arithmetic is checked: a sum outside a {@code long} is refused, never wrapped.
 *
 * @param minor the amount in minor units
 * @param currency the currency
 */
public record Money(long minor, Currency currency) implements Comparable<Money> {
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,6})?");

    /** Nothing, in this currency. */
    public static Money zero(Currency currency) {
        return new Money(0, currency);
    }

    /**
     * Reads a plain decimal such as {@code 1200.50}; no exponent, sign plus or grouping.
     *
     * @throws RefusedException with {@link OutcomeCode#INVALID_AMOUNT} for another form or for more
     *     decimals than the currency has, {@link OutcomeCode#AMOUNT_OVERFLOW} where it does not fit
     */
    public static Money parse(String decimal, Currency currency) {
        if (!DECIMAL.matcher(decimal).matches()) {
            throw new RefusedException(
                    OutcomeCode.INVALID_AMOUNT,
                    "amount: " + Texts.quoted(decimal) + " (expected: a decimal such as 12.50)");
        }
        BigDecimal minor = new BigDecimal(decimal).movePointRight(currency.minorDigits());
        if (minor.stripTrailingZeros().scale() > 0) {
            throw new RefusedException(
                    OutcomeCode.INVALID_AMOUNT,
                    "amount: %s (expected: at most %d decimals in %s)"
                            .formatted(decimal, currency.minorDigits(), currency));
        }
        try {
            return new Money(minor.longValueExact(), currency);
        } catch (ArithmeticException overflow) {
            throw new RefusedException(
                    OutcomeCode.AMOUNT_OVERFLOW,
                    "amount: " + decimal + " (expected: at most 9223372036854775807 minor units)",
                    overflow);
        }
    }

    /**
     * This and that together.
     *
     * @throws RefusedException with {@link OutcomeCode#CURRENCY_MISMATCH} or {@link
     *     OutcomeCode#AMOUNT_OVERFLOW}
     */
    public Money plus(Money that) {
        requireSame(that);
        return new Money(addExact(minor, that.minor), currency);
    }

    /**
     * This less that.
     *
     * @throws RefusedException with {@link OutcomeCode#CURRENCY_MISMATCH} or {@link
     *     OutcomeCode#AMOUNT_OVERFLOW}
     */
    public Money minus(Money that) {
        requireSame(that);
        try {
            return new Money(Math.subtractExact(minor, that.minor), currency);
        } catch (ArithmeticException overflow) {
            throw overflow(overflow);
        }
    }

    /** Whether this is more than nothing. */
    public boolean isPositive() {
        return minor > 0;
    }

    /** The amount as a plain decimal with all digits of its minor unit, such as {@code 1200.50}. */
    public String decimal() {
        return BigDecimal.valueOf(minor, currency.minorDigits()).toPlainString();
    }

    /**
     * Amounts of one currency in order of size.
     *
     * @throws RefusedException with {@link OutcomeCode#CURRENCY_MISMATCH} for two currencies
     */
    @Override
    public int compareTo(Money that) {
        requireSame(that);
        return Long.compare(minor, that.minor);
    }

    /**
     * Adds minor units.
     *
     * @throws RefusedException with {@link OutcomeCode#AMOUNT_OVERFLOW}
     */
    public static long addExact(long a, long b) {
        try {
            return Math.addExact(a, b);
        } catch (ArithmeticException overflow) {
            throw overflow(overflow);
        }
    }

    @Override
    public String toString() {
        return decimal() + " " + currency;
    }

    private void requireSame(Money that) {
        if (!currency.equals(that.currency)) {
            throw new RefusedException(
                    OutcomeCode.CURRENCY_MISMATCH,
                    "currency: " + that.currency + " (expected: " + currency + ")");
        }
    }

    private static RefusedException overflow(ArithmeticException cause) {
        return new RefusedException(
                OutcomeCode.AMOUNT_OVERFLOW,
                "the sum is beyond 9223372036854775807 minor units",
                cause);
    }
}

package io.feiqian.vocabulary;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An ISO 4217 currency that the bank keeps books in, known by its three letters and, in tables and
 * on the wire, by its three-digit number.
 *
 * <p>The set of currencies and their minor units come from the JDK's ISO 4217 table; codes without
 * minor units of their own (metals, test codes) are not currencies that books can be kept in.
 */
public final class Currency {
    private static final Map<String, Currency> BY_CODE = new HashMap<>();
    private static final @Nullable Currency[] BY_NUMBER = new Currency[1_000];

    static {
        // A successor can have its predecessor's number (XCG has that of ANG): one of them, always
        // the same, stands for the number, and the two are equal.
        List<java.util.Currency> all = new ArrayList<>(java.util.Currency.getAvailableCurrencies());
        all.sort(Comparator.comparing(java.util.Currency::getCurrencyCode).reversed());
        for (java.util.Currency each : all) {
            if (each.getDefaultFractionDigits() >= 0 && each.getNumericCode() > 0) {
                Currency currency =
                        new Currency(
                                each.getCurrencyCode(),
                                each.getNumericCode(),
                                each.getDefaultFractionDigits());
                BY_CODE.put(currency.code, currency);
                if (BY_NUMBER[currency.number] == null) {
                    BY_NUMBER[currency.number] = currency;
                }
            }
        }
    }

    /** Chinese yuan. */
    public static final Currency CNY = of("CNY");

    /** Czech koruna. */
    public static final Currency CZK = of("CZK");

    private final String code;
    private final int number;
    private final int minorDigits;

    private Currency(String code, int number, int minorDigits) {
        this.code = code;
        this.number = number;
        this.minorDigits = minorDigits;
    }

    /**
     * The currency with these three letters.
     *
     * @throws RefusedException with {@link OutcomeCode#UNKNOWN_CURRENCY} where there is none
     */
    public static Currency of(String code) {
        Currency found = BY_CODE.get(code.toUpperCase(Locale.ROOT));
        if (found == null) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_CURRENCY,
                    "currency: " + Texts.quoted(code) + " (expected: three letters of ISO 4217)");
        }
        return found;
    }

    /**
     * The currency with this three-digit number.
     *
     * @throws RefusedException with {@link OutcomeCode#UNKNOWN_CURRENCY} where there is none
     */
    public static Currency ofNumber(int number) {
        Currency found = number < 0 || number >= BY_NUMBER.length ? null : BY_NUMBER[number];
        if (found == null) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_CURRENCY,
                    "currency: " + number + " (expected: a number of ISO 4217)");
        }
        return found;
    }

    /** The three letters. */
    public String code() {
        return code;
    }

    /** The three-digit number, as an int. */
    public int number() {
        return number;
    }

    /** How many decimal digits the minor unit stands for: 2 for CNY, 0 for JPY. */
    public int minorDigits() {
        return minorDigits;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Currency that && that.number == number;
    }

    @Override
    public int hashCode() {
        return number;
    }

    @Override
    public String toString() {
        return code;
    }
}

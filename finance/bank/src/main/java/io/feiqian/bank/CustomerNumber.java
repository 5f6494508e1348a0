package io.feiqian.bank;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;

/**
 * A customer's number of 14 digits: the slot (4) that the customer and all accounts of the customer
 * share, a serial number (9) and a check digit (1) by ISO/IEC 7064 MOD 11,10.
 *
 * @param number the 14 digits as a number; leading zeros are part of the written form only
 */
public record CustomerNumber(long number) implements Comparable<CustomerNumber> {
    /** How many digits a customer number has. */
    public static final int DIGITS = 14;

    private static final long LARGEST_SERIAL = 999_999_999L;
    private static final long SLOT_UNIT = 10_000_000_000L;

    /** Refuses a wrong check digit and a slot that holds no customers. */
    public CustomerNumber {
        long slot = number / SLOT_UNIT;
        if (number < 0 || slot >= Slot.FIRST_PINNED) {
            throw refused(Long.toString(number), "14 digits, the first four a customers' slot");
        }
        if (number % 10 != checkDigit(number / 10)) {
            throw refused("%014d".formatted(number), "another check digit at the end");
        }
    }

    /** The number made of these parts, with its check digit. */
    public static CustomerNumber of(Slot slot, long serial) {
        if (slot.isPinned()) {
            throw refused("slot " + slot, "a slot that holds customers");
        }
        if (serial < 0 || serial > LARGEST_SERIAL) {
            throw refused("serial " + serial, "a serial number of 0 to 999999999");
        }
        long payload = slot.number() * 1_000_000_000L + serial;
        return new CustomerNumber(payload * 10 + checkDigit(payload));
    }

    /**
     * Reads 14 digits.
     *
     * @throws RefusedException with {@link OutcomeCode#INVALID_CUSTOMER_NUMBER} for another form, a
     *     wrong check digit or a slot that holds no customers
     */
    public static CustomerNumber parse(String text) {
        if (text.length() != DIGITS || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refused(Fields.shown(text), "14 digits");
        }
        return new CustomerNumber(Long.parseLong(text));
    }

    /** The slot that the customer and all accounts of the customer share. */
    public Slot slot() {
        return new Slot((int) (number / SLOT_UNIT));
    }

    @Override
    public int compareTo(CustomerNumber that) {
        return Long.compare(number, that.number);
    }

    /** All 14 digits. */
    @Override
    public String toString() {
        return "%014d".formatted(number);
    }

    private static int checkDigit(long payload) {
        int product = 10;
        long divisor = 1_000_000_000_000L;
        for (int i = 0; i < DIGITS - 1; i++, divisor /= 10) {
            int sum = (int) ((product + payload / divisor % 10) % 10);
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (11 - product) % 10;
    }

    private static RefusedException refused(String what, String expected) {
        return new RefusedException(
                OutcomeCode.INVALID_CUSTOMER_NUMBER,
                "customer number: " + what + " (expected: " + expected + ")");
    }
}

package io.feiqian.vocabulary;

import org.jspecify.annotations.Nullable;

/**
 * An account's number of 16 digits: its slot (4), its class (2), a serial number (9) and a check
 * digit (1), kept as one {@code long}.
 *
 * <p>The first four digits are the customer's slot, so that routing by account needs no look-up;
 * moving a slot changes its owner, never the number. The check digit is ISO/IEC 7064 MOD 11,10,
 * which shows every single wrong digit and nearly every exchange of two neighbours.
 *
 * @param number the 16 digits as a number; leading zeros are part of the written form only
 */
public record AccountNumber(long number) implements Comparable<AccountNumber> {
    /** How many digits an account number has. */
    public static final int DIGITS = 16;

    private static final long LARGEST = 9_999_999_999_999_999L;
    private static final long LARGEST_SERIAL = 999_999_999L;

    /** An inter-cell account's serial number is its part, its peer (2 digits) and its currency. */
    private static final long PART = 1_000_000L;

    private static final int MOST_PARTS = 1_000;

    /** What an account is for; two digits of its number. */
    public enum Kind {
        /** A customer's money. */
        CUSTOMER(10),
        /** A cash desk. */
        CASH(20),
        /** Our account at a partner bank. */
        NOSTRO(21),
        /** Card settlement. */
        CARD_SETTLEMENT(22),
        /** Income: fees, penalty interest. */
        INCOME(30),
        /** Expense: interest paid. */
        EXPENSE(31),
        /** What one cell owes another (跨分片往来). */
        INTER_CELL(90),
        /** Credits whose account cannot take them, until an operator has looked. */
        SUSPENSE(91);

        /** Asked for at every account that is met: found without looking through all. */
        private static final @Nullable Kind[] BY_DIGITS = new Kind[100];

        static {
            for (Kind each : values()) {
                BY_DIGITS[each.digits] = each;
            }
        }

        private final int digits;

        Kind(int digits) {
            this.digits = digits;
        }

        /** The two digits in the account number; stable. */
        public int digits() {
            return digits;
        }

        /** Whether accounts of this kind stay in their cell for ever and have no credit limit. */
        public boolean isInternal() {
            return this != CUSTOMER;
        }

        static Kind ofDigits(int digits) {
            Kind known = digits >= 0 && digits < BY_DIGITS.length ? BY_DIGITS[digits] : null;
            if (known != null) {
                return known;
            }
            throw refused("class " + digits, "a known class in digits 5 and 6");
        }
    }

    /** Refuses a wrong check digit and an unknown class. */
    public AccountNumber {
        if (number < 0 || number > LARGEST) {
            throw refused(Long.toString(number), "16 digits");
        }
        int expected = checkDigit(number / 10);
        if (number % 10 != expected) {
            throw refused("%016d".formatted(number), "another check digit at the end");
        }
        Kind.ofDigits((int) (number / 10_000_000_000L % 100));
    }

    /** The number made of these parts, with its check digit. */
    public static AccountNumber of(Slot slot, Kind kind, long serial) {
        if (serial < 0 || serial > LARGEST_SERIAL) {
            throw refused("serial " + serial, "a serial number of 0 to 999999999");
        }
        if (kind.isInternal() != slot.isPinned()) {
            throw refused(kind + " in slot " + slot, "internal accounts in pinned slots only");
        }
        long payload = (slot.number() * 100L + kind.digits()) * 1_000_000_000L + serial;
        return new AccountNumber(payload * 10 + checkDigit(payload));
    }

    /**
     * The account in which {@code owner} books what it owes {@code peer} in a currency; the same
     * everywhere without a look-up.
     */
    public static AccountNumber interCell(CellId owner, CellId peer, Currency currency) {
        return of(
                Slot.pinnedTo(owner), Kind.INTER_CELL, peer.number() * 1_000L + currency.number());
    }

    /**
     * One of the parts in which an inter-cell account is kept, so that the transactions of a cell
     * do not all meet at one row; what the owner owes is the sum of the parts. Part 0 is the
     * account itself, and all there is of an account of another kind.
     *
     * @param part 0 to 999
     */
    public AccountNumber part(int part) {
        if (part < 0 || part >= MOST_PARTS) {
            throw refused("part " + part, "a part of 0 to 999");
        }
        if (kind() != Kind.INTER_CELL) {
            return this;
        }
        long serial = number / 10 % (LARGEST_SERIAL + 1);
        return of(slot(), Kind.INTER_CELL, part * PART + serial % PART);
    }

    /**
     * Reads 16 digits.
     *
     * @throws RefusedException with {@link OutcomeCode#INVALID_ACCOUNT_NUMBER} for another form, a
     *     wrong check digit or an unknown class
     */
    public static AccountNumber parse(String text) {
        if (text.length() != DIGITS || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refused(Texts.quoted(text), "16 digits");
        }
        return new AccountNumber(Long.parseLong(text));
    }

    /** The slot the account lives in. */
    public Slot slot() {
        return new Slot((int) (number / 1_000_000_000_000L));
    }

    /** What the account is for. */
    public Kind kind() {
        return Kind.ofDigits((int) (number / 10_000_000_000L % 100));
    }

    @Override
    public int compareTo(AccountNumber that) {
        return Long.compare(number, that.number);
    }

    /** All 16 digits. */
    @Override
    public String toString() {
        return Texts.padded(number, DIGITS);
    }

    private static int checkDigit(long payload) {
        int product = 10;
        long divisor = 100_000_000_000_000L;
        for (int i = 0; i < DIGITS - 1; i++, divisor /= 10) {
            int sum = (int) ((product + payload / divisor % 10) % 10);
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (11 - product) % 10;
    }

    private static RefusedException refused(String what, String expected) {
        return new RefusedException(
                OutcomeCode.INVALID_ACCOUNT_NUMBER,
                "account number: " + what + " (expected: " + expected + ")");
    }
}

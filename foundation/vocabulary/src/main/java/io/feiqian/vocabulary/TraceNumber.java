package io.feiqian.vocabulary;

/**
 * The one number of a business transaction everywhere (全局流水号), 33 decimal digits: the date it was
 * made on (8), the payer's slot, which is its home (4), the channel that made it (3) and a serial
 * number of that channel (18).
 *
 * <p>Who repeats a request repeats its trace number; who makes a new request makes a new one. The
 * date decides how long a repetition is recognised and never decides the day of posting
 * (trace-identity). Steps of one transaction add a {@link SubNumber}. Rows: M7.5-2, D6.4-e, D7.3-a.
 *
 * @param head date, home slot and channel as one number of 15 digits
 * @param serial the channel's serial number, 0 to 999,999,999,999,999,999
 */
public record TraceNumber(long head, long serial) implements Comparable<TraceNumber> {
    /** How many digits a trace number has. */
    public static final int DIGITS = 33;

    private static final long LARGEST_SERIAL = 999_999_999_999_999_999L;

    /** Refuses what is no date, slot or serial number. */
    public TraceNumber {
        if (serial < 0 || serial > LARGEST_SERIAL) {
            throw refused("serial number " + serial);
        }
        int date = (int) (head / 10_000_000L);
        if (head < 0 || date > 99_991_231) {
            throw refused("date of " + head);
        }
        int month = date / 100 % 100;
        int day = date % 100;
        if (date < 19_000_101 || month < 1 || month > 12 || day < 1 || day > 31) {
            throw refused("date " + date);
        }
    }

    /** The trace number made of these parts. */
    public static TraceNumber of(BusinessDate date, Slot home, int channel, long serial) {
        if (channel < 0 || channel > 999) {
            throw refused("channel " + channel);
        }
        return new TraceNumber(
                date.number() * 10_000_000L + home.number() * 1_000L + channel, serial);
    }

    /**
     * Reads 33 digits.
     *
     * @throws RefusedException with {@link OutcomeCode#INVALID_TRACE_NUMBER} for another form
     */
    public static TraceNumber parse(String text) {
        if (text.length() != DIGITS || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refused(Texts.quoted(text));
        }
        TraceNumber trace =
                new TraceNumber(
                        Long.parseLong(text, 0, 15, 10), Long.parseLong(text, 15, DIGITS, 10));
        try {
            trace.date();
        } catch (RefusedException wrong) {
            throw refused(Texts.quoted(text));
        }
        return trace;
    }

    /** The day it was made on. */
    public BusinessDate date() {
        return BusinessDate.ofNumber(dateNumber());
    }

    /** The day it was made on, as the number {@code yyyymmdd}. */
    public int dateNumber() {
        return (int) (head / 10_000_000L);
    }

    /** The payer's slot, in whose cell the transaction is decided. */
    public Slot home() {
        return new Slot((int) (head / 1_000L % Slot.COUNT));
    }

    /** The number of the channel that made it, 0 to 999. */
    public int channel() {
        return (int) (head % 1_000L);
    }

    @Override
    public int compareTo(TraceNumber that) {
        int byHead = Long.compare(head, that.head);
        return byHead != 0 ? byHead : Long.compare(serial, that.serial);
    }

    /** All 33 digits. */
    @Override
    public String toString() {
        return Texts.padded(head, 15, serial, 18);
    }

    private static RefusedException refused(String what) {
        return new RefusedException(
                OutcomeCode.INVALID_TRACE_NUMBER,
                "trace number: "
                        + what
                        + " (expected: 33 digits: date yyyymmdd, the payer account's first four"
                        + " digits, channel of 3, serial number of 18)");
    }
}

package io.feiqian.vocabulary;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/**
 * An accounting day, which an operator moves forward; not the calendar day of any clock.
 *
 * @param date the day
 */
public record BusinessDate(LocalDate date) implements Comparable<BusinessDate> {
    /** Refuses a year that does not have four digits. */
    public BusinessDate {
        if (date.getYear() < 1900 || date.getYear() > 9999) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "business date: " + date + " (expected: a year from 1900 to 9999)");
        }
    }

    /**
     * The day written {@code yyyymmdd} as one number, as tables and trace numbers hold it.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it is no day
     */
    public static BusinessDate ofNumber(int yyyymmdd) {
        try {
            return new BusinessDate(
                    LocalDate.of(yyyymmdd / 10_000, yyyymmdd / 100 % 100, yyyymmdd % 100));
        } catch (DateTimeException wrong) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "business date: " + yyyymmdd + " (expected: a day as yyyymmdd)",
                    wrong);
        }
    }

    /**
     * Reads {@code 2026-01-31} or {@code 20260131}.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} for another form
     */
    public static BusinessDate parse(String text) {
        String digits = text.matches("\\d{4}-\\d{2}-\\d{2}") ? text.replace("-", "") : text;
        if (!digits.matches("\\d{8}")) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "business date: " + Texts.quoted(text) + " (expected: 2026-01-31)");
        }
        return ofNumber(Integer.parseInt(digits));
    }

    /** The day as the number {@code yyyymmdd}. */
    public int number() {
        return date.getYear() * 10_000 + date.getMonthValue() * 100 + date.getDayOfMonth();
    }

    /** How many days lie between that day and this one; negative where this comes first. */
    public long daysSince(BusinessDate that) {
        return ChronoUnit.DAYS.between(that.date, date);
    }

    /** The day so many days later. */
    public BusinessDate plusDays(long days) {
        return new BusinessDate(date.plusDays(days));
    }

    @Override
    public int compareTo(BusinessDate that) {
        return date.compareTo(that.date);
    }

    @Override
    public String toString() {
        return date.toString();
    }
}

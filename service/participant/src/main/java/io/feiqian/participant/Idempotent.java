package io.feiqian.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method that is answered once (幂等): a call with the same trace number and sub-number is
 * given the first call's answer, refusals included, which the business's own commit recorded; with
 * other arguments it is refused with {@code TRACE_CONTENT_DIFFERS}. Rows: D7.3-a, M6.5-2.
 *
 * <p>The method takes one {@link io.feiqian.vocabulary.TraceNumber}, at most one {@link
 * io.feiqian.vocabulary.SubNumber} (0 where there is none), and values: texts, whole and decimal
 * numbers, dates, enums, bytes, {@link Content}, records, lists and optionals of those; it answers
 * such a value or nothing. What else it takes is said at the start, not at the first call. It is
 * called through what {@link Once#answering} makes, or through a bean of the Spring starter.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Idempotent {
    /** What the method is called in the digest of a request; stable, since rows carry it. */
    String value();

    /** How long the work may take to its commit, as ISO 8601 writes it. */
    String within() default "PT10S";
}

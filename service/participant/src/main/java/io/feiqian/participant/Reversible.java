package io.feiqian.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks what another method of the same object reverses. Both take {@code (Connection, BranchCall)}
 * and may throw SQLException; what is marked may answer a {@link Content}. What each promises:
 * {@link io.feiqian.participant.spi.ReversibleAction}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Reversible {
    /** The action's name; stable, since rows carry it. */
    String value();

    /** The method that reverses it. */
    String by();
}

package io.feiqian.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the try of a reservation; confirm and cancel are other methods of the same object, named
 * here. All three take {@code (Connection, BranchCall)} and may throw SQLException; the try may
 * answer a {@link Content}. What each promises: {@link io.feiqian.participant.spi.TccAction}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Tcc {
    /** The action's name; stable, since rows carry it. */
    String value();

    /** The method that makes the reservation final. */
    String confirm();

    /** The method that gives the reservation back. */
    String cancel();
}

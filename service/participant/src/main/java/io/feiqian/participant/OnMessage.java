package io.feiqian.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks what takes messages that decisions released: {@code (Connection, BranchCall)}, may throw
 * SQLException. What it promises: {@link io.feiqian.participant.spi.MessageAction}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnMessage {
    /** The action's name; stable. */
    String value();

    /**
     * The method of the same form that takes a message's effect back when a reversal message comes;
     * empty where messages of this action cannot be reversed.
     */
    String reversedBy() default "";
}

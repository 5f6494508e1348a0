package io.feiqian.vocabulary;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which requirement rows a test proves. The conformance register counts a row as tested only
 * through a test with its id, and only where that test would fail without the behaviour.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Requirement {
    /** The ids of the rows, such as {@code D7.3-a}. */
    String[] value();
}

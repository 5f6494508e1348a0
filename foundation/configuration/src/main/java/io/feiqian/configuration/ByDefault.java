package io.feiqian.configuration;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a component of a record has where its key is absent from a document. Needed inside lists and
 * maps, whose elements have no record of defaults to fall back to; where there is such a record, it
 * counts.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface ByDefault {
    /** The value as JSON; a text, a duration, an enum's constant without quotation marks. */
    String value();
}

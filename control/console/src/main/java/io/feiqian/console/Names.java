package io.feiqian.console;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.regex.Pattern;

/** How users, roles and tenants may be called. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,31}");

    private Names() {}

    /**
     * The same name.
     *
     * @throws RefusedException with {@code INVALID_TEXT} where it is none
     */
    static String require(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "%s: %s (expected: 2 to 32 small letters, digits, points and hyphens)"
                            .formatted(what, name.length() > 40 ? "too long" : name));
        }
        return name;
    }
}

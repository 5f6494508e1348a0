package io.feiqian.proxy;

import java.time.Duration;

/** What names, times and headers of the configuration must be like. */
final class Names {
    private Names() {}

    static void require(String what, String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,59}")) {
            throw new IllegalArgumentException(
                    "%s: \"%s\" (expected: letters, digits, ., _ and -)".formatted(what, name));
        }
    }

    static void requireSame(String what, String expected, String name) {
        if (!name.equals(expected)) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: %s)".formatted(what, name, expected));
        }
    }

    static void requirePositive(String what, Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(what + ": " + time + " (expected: > 0)");
        }
    }

    static void requireHeader(String name, String value) {
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
                || value.chars().anyMatch(each -> each != '\t' && (each < ' ' || each > '~'))) {
            throw new IllegalArgumentException(
                    "header: \"%s\" (expected: a name and a value of ASCII)".formatted(name));
        }
    }
}

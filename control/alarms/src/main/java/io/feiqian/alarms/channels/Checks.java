package io.feiqian.alarms.channels;

/** Refuses values with messages of the form {@code thing: found (expected: what)}. */
final class Checks {
    private static final int SHOWN = 60;

    private Checks() {}

    static void require(boolean good, String thing, Object found, String expected) {
        if (!good) {
            throw refusal(thing, found, expected);
        }
    }

    static IllegalArgumentException refusal(String thing, Object found, String expected) {
        return new IllegalArgumentException(
                "%s: %s (expected: %s)".formatted(thing, shown(found), expected));
    }

    /** A secret's own text is never shown. */
    static void requireSecret(String thing, String secret) {
        require(secret.length() <= 256, thing, "too long", "256 characters at most");
        require(
                secret.chars().noneMatch(Character::isISOControl),
                thing,
                "control characters",
                "none of them");
    }

    private static String shown(Object found) {
        String text = CleanText.line(found.toString());
        return text.length() > SHOWN ? "too long" : text;
    }
}

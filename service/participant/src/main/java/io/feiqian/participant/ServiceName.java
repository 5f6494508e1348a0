package io.feiqian.participant;

/** What names of services and actions look like: in rows, headers and addresses alike. */
final class ServiceName {
    static final int LONGEST = 40;

    private ServiceName() {}

    /** The name itself; refused where a row or a header could not hold it. */
    static String checked(String what, String name) {
        boolean fits = !name.isEmpty() && name.length() <= LONGEST;
        if (!fits || !name.chars().allMatch(ServiceName::isPlain)) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: 1 to %d of a-z, A-Z, 0-9, '.', '-', '_')"
                            .formatted(what, name, LONGEST));
        }
        return name;
    }

    private static boolean isPlain(int c) {
        return isIn(c, 'a', 'z') || isIn(c, 'A', 'Z') || isIn(c, '0', '9') || ".-_".indexOf(c) >= 0;
    }

    private static boolean isIn(int c, char first, char last) {
        return c >= first && c <= last;
    }
}

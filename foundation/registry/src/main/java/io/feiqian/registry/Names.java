package io.feiqian.registry;

/** The form of names in the registry: of roles, instances, documents, elections and tenants. */
public final class Names {
    private Names() {}

    /**
     * Refuses a name that could not be part of a path.
     *
     * @param what what it names, for the message
     */
    public static void require(String what, String name) {
        if (!name.matches("[a-z0-9][a-z0-9.-]{0,63}")) {
            throw new IllegalArgumentException(
                    what
                            + ": "
                            + name
                            + " (expected: 1 to 64 lower-case letters, digits, points, hyphens)");
        }
    }
}

package io.feiqian.governance;

/**
 * Which policy, in which version.
 *
 * @param id the name of the policy, unique in its document
 * @param version its version, 1 or more; another content has another version
 */
public record PolicyRef(String id, int version) {
    /** Refuses names that do not read well in a log, and versions below 1. */
    public PolicyRef {
        if (!id.matches("[a-z0-9][a-z0-9.-]{0,79}")) {
            throw new IllegalArgumentException(
                    "id: \"" + id + "\" (expected: up to 80 lower-case letters, digits, - and .)");
        }
        if (version < 1) {
            throw new IllegalArgumentException("version: " + version + " (expected: >= 1)");
        }
    }

    @Override
    public String toString() {
        return id + " v" + version;
    }
}

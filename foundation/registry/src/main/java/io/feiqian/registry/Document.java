package io.feiqian.registry;

/**
 * A versioned document, such as the route map.
 *
 * @param name its name
 * @param version grows by one at every change, 1 or more
 * @param content the text
 */
public record Document(String name, long version, String content) {
    /** Refuses a name that could not be part of a path. */
    public Document {
        Names.require("document", name);
        if (version < 1) {
            throw new IllegalArgumentException("version: " + version + " (expected: >= 1)");
        }
    }
}

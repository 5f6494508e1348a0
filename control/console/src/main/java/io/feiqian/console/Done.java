package io.feiqian.console;

import java.util.List;

/**
 * What the API answers about a change.
 *
 * @param message what was done, for people
 * @param silent the cells that said nothing, where it may not be done
 */
public record Done(String message, List<String> silent) {
    /** Copies the list. */
    public Done {
        silent = List.copyOf(silent);
    }

    /** Done everywhere. */
    static Done of(String message) {
        return new Done(message, List.of());
    }
}

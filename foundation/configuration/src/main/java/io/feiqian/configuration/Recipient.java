package io.feiqian.configuration;

import java.util.Map;

/**
 * A process as publications choose it.
 *
 * @param id its name, unique in the system
 * @param labels facts by name, such as {@code role} and {@code cell}
 */
public record Recipient(String id, Map<String, String> labels) {
    /** Keeps a copy. */
    public Recipient {
        labels = Map.copyOf(labels);
    }
}

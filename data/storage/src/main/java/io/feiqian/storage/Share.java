package io.feiqian.storage;

import java.util.List;

/**
 * What a service adds to one local commit: its commands and the slots they touch beyond the slot of
 * the branch, the decision or the message, which its host claims itself.
 *
 * @param parts its commands, applied in this order; may be empty
 * @param claims the further slots; may be empty
 */
public record Share(List<Part<?>> parts, List<Claim> claims) {
    /** Nothing to do. */
    public static final Share NOTHING = new Share(List.of(), List.of());

    /** Copies the lists. */
    public Share {
        parts = List.copyOf(parts);
        claims = List.copyOf(claims);
    }

    /** One command that touches no further slot. */
    public static Share of(Part<?> part) {
        return new Share(List.of(part), List.of());
    }
}

package io.feiqian.transaction;

import java.util.List;

/**
 * What one instance is doing about one transaction: its memory, not a record (B12-c.2). Immutable.
 *
 * @param role {@code INITIATOR} where it drives the branches, {@code BRANCH} where it asks for the
 *     fate of a branch of this cell
 * @param phase the protocol's phase
 * @param attempt the attempt
 * @param branch the branch, for {@code BRANCH}; 0 for {@code INITIATOR}
 * @param deliveries what did not come through so far
 */
public record Driving(
        String role, String phase, int attempt, int branch, List<Delivery> deliveries) {
    /** Copies the list. */
    public Driving {
        deliveries = List.copyOf(deliveries);
    }
}

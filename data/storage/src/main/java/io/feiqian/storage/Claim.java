package io.feiqian.storage;

import io.feiqian.routing.WorkKind;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import java.util.Optional;

/**
 * What a {@link Work} says of one slot it touches: the fence verifies it inside the commit (the
 * second law).
 *
 * @param slot the slot
 * @param kind what the work is to it
 * @param epoch the epoch the caller knows; empty where the caller routed inside this process by the
 *     cell's own ownership rows
 */
public record Claim(Slot slot, WorkKind kind, Optional<Epoch> epoch) {
    /** A claim by whoever knows no epoch. */
    public static Claim of(Slot slot, WorkKind kind) {
        return new Claim(slot, kind, Optional.empty());
    }
}

package io.feiqian.rpc;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;

/** Which cell a call goes to. */
public sealed interface Target {
    /**
     * The owner of a slot by the route map.
     *
     * @param slot the slot of the request's shard key
     */
    record OwnerOf(Slot slot) implements Target {}

    /**
     * A cell by its name, whatever it owns.
     *
     * @param cell the cell
     */
    record Named(CellId cell) implements Target {}

    /** Any cell: the request has no shard key. */
    record Any() implements Target {}
}

package io.feiqian.simulation;

import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;

/**
 * Which cell owns which slot in a run; ownership changes its state and epoch, not its cell.
 *
 * @param map the route map of the run
 */
record Topology(RouteMap map) {
    /** The owner of a slot. */
    CellId owner(Slot slot) {
        return map.route(slot).owner();
    }
}

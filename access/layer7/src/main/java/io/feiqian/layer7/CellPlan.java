package io.feiqian.layer7;

import io.feiqian.routing.Route;
import io.feiqian.routing.StateTable;
import io.feiqian.routing.WorkKind;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SlotState;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * What becomes of a request whose slot is known (D5.5-0, M6.6-6): a pure function of what the route
 * map says of the slot, which cells serve, and how long the request may still wait.
 *
 * <table>
 * <caption>By the state of the slot</caption>
 * <tr><th>state</th><th>reads</th><th>changes</th></tr>
 * <tr><td>OPEN, CREDIT_ONLY</td><td>owner</td><td>owner, whose fence tells credits from debits</td></tr>
 * <tr><td>DRAINING</td><td>owner</td><td>wait, then SLOT_DRAINING</td></tr>
 * <tr><td>MOVING</td><td>wait, then SLOT_MOVING</td><td>the same</td></tr>
 * <tr><td>QUARANTINED</td><td>owner</td><td>QUARANTINED at once</td></tr>
 * <tr><td>CLOSED</td><td>SLOT_CLOSED at once</td><td>the same</td></tr>
 * </table>
 *
 * <p>Where no backend of the owner serves, a read goes to the standby cell at once; a change waits
 * first, since the map may name another owner in a moment, and goes to the standby then, whose
 * fence knows whether it may. Without a standby that serves it waits, then CELL_UNAVAILABLE.
 */
public sealed interface CellPlan {
    /**
     * It goes to the owner.
     *
     * @param cell the owner
     */
    record Forward(CellId cell) implements CellPlan {}

    /**
     * It goes to the cell that takes over.
     *
     * @param cell the standby
     */
    record Standby(CellId cell) implements CellPlan {}

    /**
     * It is looked at again when the map has changed or the owner serves again.
     *
     * @param atMost how long it may wait
     * @param code what it is refused by after that, unless a standby serves
     */
    record Wait(Duration atMost, OutcomeCode code) implements CellPlan {}

    /**
     * It is answered with this.
     *
     * @param code why
     * @param detail what was met and what was expected
     */
    record Refuse(OutcomeCode code, String detail) implements CellPlan {}

    /**
     * The plan for a request.
     *
     * @param route the newest route of its slot
     * @param changes whether it may change something; else it only reads
     * @param serves whether a backend of a cell serves
     * @param left how long it may still wait; zero for not at all
     */
    static CellPlan of(Route route, boolean changes, Predicate<CellId> serves, Duration left) {
        OutcomeCode admitted = admits(route.state(), changes);
        boolean patient = left.isPositive();
        if (admitted != OutcomeCode.ACCEPTED) {
            boolean passes =
                    route.state() == SlotState.DRAINING || route.state() == SlotState.MOVING;
            return passes && patient ? new Wait(left, admitted) : refused(route, admitted);
        }
        if (serves.test(route.owner())) {
            return new Forward(route.owner());
        }
        boolean standsBy = route.standby().isPresent() && serves.test(route.standby().get());
        if (standsBy && (!changes || !patient)) {
            return new Standby(route.standby().get());
        }
        return patient
                ? new Wait(left, OutcomeCode.CELL_UNAVAILABLE)
                : refused(route, OutcomeCode.CELL_UNAVAILABLE);
    }

    private static OutcomeCode admits(SlotState state, boolean changes) {
        // What a request does to an account its cell knows; here a change may be a credit.
        WorkKind kind =
                changes && state == SlotState.CREDIT_ONLY
                        ? WorkKind.NEW_CREDIT
                        : changes ? WorkKind.NEW_WORK : WorkKind.READ;
        return StateTable.admits(state, kind);
    }

    private static Refuse refused(Route route, OutcomeCode code) {
        String detail =
                code == OutcomeCode.CELL_UNAVAILABLE
                        ? "no backend of " + route.owner() + " serves"
                        : "slots %s of %s are %s"
                                .formatted(route.slots(), route.owner(), route.state());
        return new Refuse(code, detail);
    }
}

package io.feiqian.layer7;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import java.util.Optional;

/** Where a request goes, as {@link CellSteering} has decided. */
public sealed interface CellAim {
    /** Why it goes to that cell. */
    enum Reason {
        /** The cell owns its slot. */
        OWNER,
        /** The owner does not serve, and the cell takes over from it. */
        STANDBY,
        /** No cell owns it, and this one was chosen by load. */
        LOAD,
        /** An identifier names the cell. */
        FLOW,
        /** An identifier names the cell as failover, and the other one does not serve. */
        FAILOVER
    }

    /**
     * It goes to a backend of this cell.
     *
     * @param cell the cell
     * @param reason why
     * @param slot its slot; empty where no cell owns it
     * @param epoch the epoch of that slot as known here
     * @param flow the identifier that was issued for it, which the answer carries as {@link #FLOW};
     *     empty for none
     * @param corrected whether another cell was aimed at before, which was the wrong one
     */
    record To(
            CellId cell,
            Reason reason,
            Optional<Slot> slot,
            Optional<Epoch> epoch,
            Optional<String> flow,
            boolean corrected)
            implements CellAim {}

    /**
     * It is answered with this.
     *
     * @param code why
     * @param detail what was met and what was expected
     */
    record Refused(OutcomeCode code, String detail) implements CellAim {}

    /** Tells a backend the cell that it is asked as. */
    String CELL = "Feiqian-Cell";

    /** Tells a backend the slot of the request's key. */
    String SLOT = "Feiqian-Slot";

    /** Tells a backend the epoch of that slot, which its fence compares. */
    String EPOCH = "Feiqian-Epoch";

    /** Carries a flow identifier: to the backend, in the answer, and in what follows. */
    String FLOW = "Feiqian-Flow";

    /**
     * By which a backend says that it did nothing since its cell does not own the slot: the version
     * of the route map that it knows, 0 where it knows none.
     */
    String WRONG_CELL = "Feiqian-Wrong-Cell";

    /** By which a backend says how much of its cell is in use, in percent. */
    String LOAD = "Feiqian-Load";

    /**
     * By which a backend says why it refused, as the number of our code: in the head of its answer,
     * or in the trailers of gRPC. One that is overloaded takes what no cell owns last for a while.
     */
    String CODE = "Feiqian-Code";
}

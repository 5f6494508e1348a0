package io.feiqian.routing;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.util.Optional;

/**
 * One line of the route map: who owns a range of slots, in which state and since which epoch.
 *
 * @param slots the range
 * @param owner the only cell that may write these slots (the second law)
 * @param standby the cell that takes over; empty for none
 * @param state what the slots admit, by the {@link StateTable}
 * @param epoch the version of this ownership
 */
public record Route(
        SlotRange slots, CellId owner, Optional<CellId> standby, SlotState state, Epoch epoch) {
    /** An open range without a standby cell. */
    public static Route open(SlotRange slots, CellId owner, Epoch epoch) {
        return new Route(slots, owner, Optional.empty(), SlotState.OPEN, epoch);
    }

    /** The same ownership of other slots. */
    Route over(SlotRange others) {
        return new Route(others, owner, standby, state, epoch);
    }
}

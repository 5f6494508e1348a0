package io.feiqian.transaction;

import io.feiqian.participant.BranchState;
import io.feiqian.participant.BranchStep;

/**
 * One of the two commands with which a branch frames the participant's own in one work: the guard
 * goes first and ends the work where the branch's row says that it is done or must not be; the
 * record goes last and writes what became of it.
 *
 * @param step what is done to the branch
 * @param place whether it goes before or behind the participant's commands
 * @param proposed the row as the message describes it, in the state {@link BranchState#TRIED}
 */
public record BranchCommand(BranchStep step, Place place, Branch proposed) {
    /** Where a command stands in its work. */
    public enum Place {
        /** First: judges. */
        GUARD,
        /** Last: records. */
        RECORD,
        /** Ends a branch that contradicts its decision, as two operators want it. */
        RESOLVE
    }

    /** The command that judges. */
    public static BranchCommand guard(BranchStep step, Branch proposed) {
        return new BranchCommand(step, Place.GUARD, proposed);
    }

    /**
     * The command that ends a branch by hand (P6.3.3-d), behind the parts that put it right: where
     * it is not there, was cancelled or refused and is to be confirmed, or was confirmed and is to
     * be cancelled. Whoever commits it has asked the home slot, whose decision never changes.
     */
    public static BranchCommand resolve(BranchStep step, Branch proposed) {
        return new BranchCommand(step, Place.RESOLVE, proposed);
    }

    /** The command that records. */
    public static BranchCommand record(BranchStep step, Branch proposed) {
        return new BranchCommand(step, Place.RECORD, proposed);
    }
}

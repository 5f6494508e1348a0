package io.feiqian.cli;

import java.util.List;

/**
 * Neighbouring slots of which the route map and the cells say the same.
 *
 * @param first the first slot
 * @param last the last slot
 * @param routed what the route map says; empty where it names no owner
 * @param owned what the cells that answer own, by their own databases; one of each owner
 * @param verdict whether the two agree
 */
public record SlotSpan(
        int first, int last, List<Claim> routed, List<Claim> owned, Verdict verdict) {
    /** Copies the lists. */
    public SlotSpan {
        routed = List.copyOf(routed);
        owned = List.copyOf(owned);
    }

    /** That a cell owns slots in a state since an epoch. */
    public record Claim(String cell, String state, long epoch) {
        @Override
        public String toString() {
            return cell + " " + state + " @" + epoch;
        }
    }

    /** Whether the route map says what the cells own. */
    public enum Verdict {
        /** The route map names the owner with its state and epoch. */
        AGREES,
        /** One cell owns the slots, and the route map says something else of them. */
        DIFFERS,
        /** Two cells own the slots by their own databases. */
        TWO_OWNERS,
        /** The cell that the route map names answers, and neither it nor another owns them. */
        NO_OWNER,
        /** The cell that the route map names does not answer, and no other owns them. */
        NOT_KNOWN;

        /** Whether an operator must look at it. */
        public boolean isWrong() {
            return this == DIFFERS || this == TWO_OWNERS || this == NO_OWNER;
        }
    }

    /** Whether this slot is one of them. */
    public boolean contains(int slot) {
        return first <= slot && slot <= last;
    }
}

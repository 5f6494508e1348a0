package io.feiqian.ledger;

import java.util.Optional;

/**
 * A reservation as its table holds it.
 *
 * @param key the reservation
 * @param account the account it is made at
 * @param credit whether it announces a credit; else it holds funds
 * @param amount in minor units
 * @param state what became of it
 * @param initiator number of the cell that began the business transaction
 * @param digest of the business transaction's content
 * @param date the day it is meant for, as yyyymmdd
 * @param refusal why it was refused; empty in every other state
 */
public record HoldRow(
        HoldKey key,
        long account,
        boolean credit,
        long amount,
        State state,
        int initiator,
        long digest,
        int date,
        Optional<Refusal> refusal) {
    /** What became of a reservation. Numbers are stable. */
    public enum State {
        /** It stands. */
        OPEN(1),
        /** It was captured: the money moved. */
        CAPTURED(2),
        /** It was released: nothing moved. */
        RELEASED(3),
        /** It never stood: refused for business reasons. */
        REFUSED(4);

        private final int number;

        State(int number) {
            this.number = number;
        }

        /** The stable number. */
        public int number() {
            return number;
        }

        /**
         * The state with this stable number.
         *
         * @throws IllegalArgumentException where there is none: the data is of a newer version
         */
        public static State ofNumber(int number) {
            for (State each : values()) {
                if (each.number == number) {
                    return each;
                }
            }
            throw new IllegalArgumentException("hold state: " + number + " (expected: 1 to 4)");
        }
    }

    /** The same reservation in another state. */
    HoldRow in(State next) {
        return new HoldRow(key, account, credit, amount, next, initiator, digest, date, refusal);
    }
}

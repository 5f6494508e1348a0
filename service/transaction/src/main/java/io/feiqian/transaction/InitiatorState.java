package io.feiqian.transaction;

import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/**
 * Where the initiator is with one transaction. Immutable; sets of branches are bits, {@code n - 1}
 * for branch {@code n}.
 *
 * @param phase the phase
 * @param trace the transaction
 * @param digest of its content
 * @param branches how many branches it has
 * @param attempt the attempt
 * @param following the attempt that comes next, should this one be void: the row may know later
 *     ones
 * @param tried which branches are tried
 * @param acknowledged which branches are durably finished
 * @param stuck which branches contradict the decision and wait for an operator
 * @param failures how often in a row something had to be repeated
 * @param restarts how often this execution has begun a further attempt
 * @param late whether the time for a decision has passed
 * @param reason why it must not commit
 * @param trouble the last failure that was worth a repetition
 * @param answer what the caller is told, once that is known
 * @param answered whether the caller was told, be it only that it is not known
 */
public record InitiatorState(
        Phase phase,
        TraceNumber trace,
        long digest,
        int branches,
        int attempt,
        int following,
        long tried,
        long acknowledged,
        long stuck,
        int failures,
        int restarts,
        boolean late,
        Optional<Outcome.Refused> reason,
        Optional<Outcome.Refused> trouble,
        Optional<Answer> answer,
        boolean answered) {
    /** The phases of a transaction at its initiator. */
    public enum Phase {
        /** Branches are being tried. */
        TRYING,
        /** All are tried; the decision is being committed. */
        DECIDING,
        /** It must not commit; the row that voids the attempt is being committed. */
        ABORTING,
        /** The own share was posted before; the decision is being read. */
        LOOKING,
        /** Committed; branches are being confirmed. */
        CONFIRMING,
        /** Void; branches are being cancelled. */
        CANCELLING,
        /** An earlier attempt is void; its branches are being cancelled before the next. */
        RESTARTING,
        /** Nothing is left to do. */
        SETTLED,
        /** Nothing is left to do but what an operator must look at. */
        STOPPED,
        /** Another cell owns the home slot now; nothing more is done here. */
        LEFT;

        /** Whether nothing more will happen. */
        public boolean isEnd() {
            return this == SETTLED || this == STOPPED || this == LEFT;
        }
    }

    /** The state before anything was sent. */
    public static InitiatorState begin(TraceNumber trace, long digest, int branches) {
        return new InitiatorState(
                Phase.TRYING,
                trace,
                digest,
                branches,
                1,
                2,
                0,
                0,
                0,
                0,
                0,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    /** The state of whoever takes up a decision that another left unfinished. */
    public static InitiatorState resume(Decision decision) {
        boolean committed = decision.state() == DecisionState.COMMITTED;
        return new InitiatorState(
                committed ? Phase.CONFIRMING : Phase.CANCELLING,
                decision.trace(),
                decision.digest(),
                decision.branches().size(),
                decision.attempt(),
                decision.attempt() + 1,
                Decision.allOf(decision.branches().size()),
                decision.acknowledged(),
                0,
                0,
                0,
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Answer(decision.outcome(), decision, true)),
                true);
    }

    /** Whether branch {@code branch} still has to be told. */
    public boolean isOpen(int branch) {
        return ((acknowledged | stuck) & Decision.bit(branch)) == 0;
    }
}

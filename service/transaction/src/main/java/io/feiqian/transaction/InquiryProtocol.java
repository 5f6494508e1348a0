package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Standing;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a participant does for a branch that outlived its deadline, as a pure function: it asks the
 * home slot, and does what that says; any instance of the cell, any number of them, any number of
 * times. Immutable, thread-safe.
 *
 * @param alarmAfter at how many failures in a row an operator is told, 1 and up
 */
public record InquiryProtocol(int alarmAfter) {
    /** The phases of a branch that is being cleared up. */
    public enum Phase {
        /** The home slot is being asked. */
        ASKING,
        /** The branch is being confirmed. */
        CONFIRMING,
        /** The branch is being cancelled. */
        CANCELLING,
        /** The branch was confirmed long ago; what is left of a repeated try is cancelled. */
        CLEARING,
        /** Finished, one way or the other. */
        DONE,
        /** Contradicts the decision: waits for an operator. */
        STOPPED
    }

    /**
     * Where it is with one branch.
     *
     * @param phase the phase
     * @param key the branch
     * @param failures how often in a row something had to be repeated
     */
    public record State(Phase phase, BranchKey key, int failures) {}

    /** What is to be done. */
    public sealed interface Effect {
        /** Send the inquiry to the home slot; answer with {@link InquiryProtocol#answered}. */
        record Ask() implements Effect {}

        /**
         * Confirm or cancel the branch here, as if the message had come; answer with {@link
         * InquiryProtocol#finished}.
         *
         * @param kind confirm or cancel
         * @param confirmedBefore as in {@link ParticipantProtocol.State}
         */
        record Finish(PeerMessage.Kind kind, boolean confirmedBefore) implements Effect {}

        /**
         * Pause, longer with every failure up to a cap, then {@link InquiryProtocol#again}.
         *
         * @param failures how many in a row, 1 and up
         */
        record Retry(int failures) implements Effect {}

        /**
         * Call an operator.
         *
         * @param kind why
         * @param message what is known
         */
        record Alarm(AlarmKind kind, String message) implements Effect {}
    }

    /** Refuses a bound below 1. */
    public InquiryProtocol {
        if (alarmAfter < 1) {
            throw new IllegalArgumentException("bound: " + alarmAfter + " (expected: >= 1)");
        }
    }

    /** A branch past its deadline was found. */
    public Transition<State, Effect> found(BranchKey key) {
        return again(new State(Phase.ASKING, key, 0));
    }

    /** The home slot answered, or did not. */
    public Transition<State, Effect> answered(State state, PeerReply reply) {
        if (state.phase() != Phase.ASKING) {
            return Transition.stay(state);
        }
        return switch (reply) {
            case PeerReply.Unheard(String message) -> repeat(state, message);
            case PeerReply.Answered answered ->
                    switch (answered.isAccepted() ? answered.standing() : Standing.NONE) {
                        case COMMITTED -> again(to(state, Phase.CONFIRMING));
                        case ABORTED -> again(to(state, Phase.CANCELLING));
                        case CONFIRMED -> again(to(state, Phase.CLEARING));
                        case NONE, TRIED, CANCELLED, REFUSED, WAIT ->
                                repeat(state, answered.code() + " " + answered.message());
                    };
        };
    }

    /** The branch was confirmed or cancelled here, or not. */
    public Transition<State, Effect> finished(State state, PeerReply reply) {
        boolean finishing =
                switch (state.phase()) {
                    case CONFIRMING, CANCELLING, CLEARING -> true;
                    case ASKING, DONE, STOPPED -> false;
                };
        if (!finishing) {
            return Transition.stay(state);
        }
        return switch (reply) {
            case PeerReply.Unheard(String message) -> repeat(state, message);
            case PeerReply.Answered answered when answered.isAccepted() ->
                    Transition.stay(to(state, Phase.DONE));
            case PeerReply.Answered answered when answered.code() == OutcomeCode.CONTRADICTION ->
                    Transition.stay(to(state, Phase.STOPPED));
            case PeerReply.Answered answered ->
                    repeat(state, answered.code() + " " + answered.message());
        };
    }

    /** A pause is over, or it begins. */
    public Transition<State, Effect> again(State state) {
        return switch (state.phase()) {
            case ASKING -> new Transition<>(state, List.of(new Effect.Ask()));
            case CONFIRMING -> finish(state, PeerMessage.Kind.CONFIRM, false);
            case CANCELLING -> finish(state, PeerMessage.Kind.CANCEL, false);
            case CLEARING -> finish(state, PeerMessage.Kind.CANCEL, true);
            case DONE, STOPPED -> Transition.stay(state);
        };
    }

    private static Transition<State, Effect> finish(
            State state, PeerMessage.Kind kind, boolean confirmedBefore) {
        return new Transition<>(state, List.of(new Effect.Finish(kind, confirmedBefore)));
    }

    private static State to(State state, Phase next) {
        return new State(next, state.key(), 0);
    }

    private Transition<State, Effect> repeat(State state, String why) {
        int failures = state.failures() + 1;
        List<Effect> effects = new ArrayList<>();
        if (failures == alarmAfter) {
            effects.add(
                    new Effect.Alarm(
                            AlarmKind.TRANSACTION_UNFINISHED,
                            "branch %s, %s: %s, %d times (expected: an answer)"
                                    .formatted(state.key(), state.phase(), why, failures)));
        }
        effects.add(new Effect.Retry(failures));
        return new Transition<>(new State(state.phase(), state.key(), failures), effects);
    }
}

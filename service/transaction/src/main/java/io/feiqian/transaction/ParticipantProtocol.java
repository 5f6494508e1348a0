package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchStep;
import io.feiqian.participant.BranchVerdict;
import io.feiqian.participant.Standing;
import io.feiqian.storage.Answer;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The participant's side of one message about a branch as a pure function: which local commit is
 * tried first, which follows where the branch's row was otherwise, and what is answered.
 */
public final class ParticipantProtocol {
    /**
     * Where the participant is with one message.
     *
     * @param key the branch
     * @param step the local commit that is under way
     * @param confirmedBefore whether the home slot has this branch's confirm on record, so that
     *     only a leftover of it is cancelled and a confirmed row is no contradiction
     */
    public record State(BranchKey key, BranchStep step, boolean confirmedBefore) {}

    /** What the participant is to do. */
    public sealed interface Effect {
        /**
         * Run the local commit of this step and hand its answer to {@link #finished}.
         *
         * @param step the step
         */
        record Submit(BranchStep step) implements Effect {}

        /**
         * Answer the message.
         *
         * @param reply the answer
         */
        record Reply(PeerReply.Answered reply) implements Effect {}

        /**
         * Call an operator.
         *
         * @param kind why
         * @param message what is known
         */
        record Alarm(AlarmKind kind, String message) implements Effect {}
    }

    /** Which step follows a step that found the row otherwise; every other pair is the end. */
    private static final Map<BranchStep, Map<BranchVerdict, BranchStep>> FOLLOWS =
            new EnumMap<>(
                    Map.of(
                            BranchStep.CONFIRM, Map.of(BranchVerdict.ABSENT, BranchStep.REBUILD),
                            BranchStep.REBUILD, Map.of(BranchVerdict.PRESENT, BranchStep.CONFIRM),
                            BranchStep.CANCEL, Map.of(BranchVerdict.ABSENT, BranchStep.PLANT),
                            BranchStep.PLANT, Map.of(BranchVerdict.PRESENT, BranchStep.CANCEL)));

    private ParticipantProtocol() {}

    /** The step with which a message begins; inquiries are no step of a branch. */
    public static BranchStep firstStep(PeerMessage.Kind kind) {
        return switch (kind) {
            case TRY -> BranchStep.TRY;
            case CONFIRM -> BranchStep.CONFIRM;
            case CANCEL -> BranchStep.CANCEL;
            case INQUIRY ->
                    throw new IllegalArgumentException(
                            "kind: INQUIRY (expected: a message to a branch)");
        };
    }

    /** The step that follows a verdict; empty where the message is answered. */
    public static Optional<BranchStep> following(BranchStep step, BranchVerdict verdict) {
        return Optional.ofNullable(FOLLOWS.getOrDefault(step, Map.of()).get(verdict));
    }

    /** A message has come. */
    public static Transition<State, Effect> received(BranchKey key, PeerMessage.Kind kind) {
        BranchStep step = firstStep(kind);
        return new Transition<>(new State(key, step, false), List.of(new Effect.Submit(step)));
    }

    /**
     * The home slot has the branch's confirm on record, yet a row here was tried: a try that came
     * again after the branch's row was cleaned. It is cancelled (branch-list).
     */
    public static Transition<State, Effect> confirmedBefore(BranchKey key) {
        return new Transition<>(
                new State(key, BranchStep.CANCEL, true),
                List.of(new Effect.Submit(BranchStep.CANCEL)));
    }

    /**
     * The local commit of the state's step has ended.
     *
     * @param mayRebuild whether the participant can confirm without a reservation
     */
    public static Transition<State, Effect> finished(
            State state, Answer answer, boolean mayRebuild) {
        Optional<BranchFinding> finding = answer.value(BranchFinding.class);
        Optional<BranchStep> next =
                finding.flatMap(found -> following(state.step(), found.verdict()));
        if (next.filter(step -> step != BranchStep.REBUILD || mayRebuild).isPresent()) {
            return new Transition<>(
                    new State(state.key(), next.get(), state.confirmedBefore()),
                    List.of(new Effect.Submit(next.get())));
        }
        List<Effect> effects = new ArrayList<>();
        PeerReply.Answered reply = reply(state, answer, finding);
        if (reply.code() == OutcomeCode.CONTRADICTION) {
            effects.add(
                    new Effect.Alarm(
                            AlarmKind.TRANSACTION_CONTRADICTION,
                            "branch %s, %s: %s"
                                    .formatted(state.key(), state.step(), reply.message())));
        } else if (state.step() == BranchStep.REBUILD && reply.isAccepted() && !reply.recorded()) {
            effects.add(
                    new Effect.Alarm(
                            AlarmKind.BRANCH_REBUILT,
                            "branch %s was rebuilt (expected: on record)".formatted(state.key())));
        }
        effects.add(new Effect.Reply(reply));
        return new Transition<>(state, effects);
    }

    private static PeerReply.Answered reply(
            State state, Answer answer, Optional<BranchFinding> finding) {
        Standing standing =
                finding.map(BranchFinding::standing)
                        .orElse(answer.isAccepted() ? standing(state.step()) : Standing.NONE);
        if (state.confirmedBefore() && standing == Standing.CONFIRMED) {
            return new PeerReply.Answered(OutcomeCode.ACCEPTED, "", standing, true);
        }
        boolean finishing = state.step() != BranchStep.TRY;
        if (finishing && isContradiction(answer.code())) {
            return new PeerReply.Answered(
                    OutcomeCode.CONTRADICTION,
                    "%s of branch %s was refused: %s, %s"
                            .formatted(
                                    state.step(),
                                    state.key(),
                                    answer.code(),
                                    answer.outcome().message()),
                    standing,
                    false);
        }
        return new PeerReply.Answered(
                answer.code(), answer.outcome().message(), standing, answer.recorded());
    }

    private static Standing standing(BranchStep step) {
        return step.result().standing();
    }

    /** A step that is never refused was refused, by a definite word of the books. */
    private static boolean isContradiction(OutcomeCode code) {
        return switch (code.kind()) {
            case BUSINESS, NOT_FOUND -> true;
            case CONFLICT -> code != OutcomeCode.TRACE_CONTENT_DIFFERS;
            case FAULT -> code == OutcomeCode.CONTRADICTION;
            case ACCEPTED, INVALID, ROUTING, UNAVAILABLE, UNKNOWN -> false;
        };
    }
}

package io.feiqian.transaction;

import io.feiqian.storage.Answer;
import io.feiqian.transaction.InitiatorState.Phase;
import io.feiqian.transaction.InitiatorTable.Action;
import io.feiqian.transaction.InitiatorTable.Row;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The initiator's side of a global transaction as a pure function: no time, no chance, no row and
 * no wire. {@link InitiatorReading} says what an event means, {@link InitiatorTable} what follows.
 * Immutable, thread-safe.
 *
 * @param alarmAfter at how many failures in a row an operator is told, 1 and up
 * @param mostRestarts how many further attempts one execution may begin, 0 and up
 */
public record InitiatorProtocol(int alarmAfter, int mostRestarts) {
    /** Refuses bounds out of range. */
    public InitiatorProtocol {
        if (alarmAfter < 1 || mostRestarts < 0) {
            throw new IllegalArgumentException(
                    "bounds: %d, %d (expected: >= 1, >= 0)".formatted(alarmAfter, mostRestarts));
        }
    }

    /** The next state and what is to be done. */
    public Transition<InitiatorState, InitiatorEffect> step(
            InitiatorState state, InitiatorEvent event) {
        Optional<InitiatorReading> reading = InitiatorReading.of(state, event, mostRestarts);
        if (reading.isEmpty()) {
            return Transition.stay(state);
        }
        Optional<Row> row = InitiatorTable.row(state.phase(), reading.get().trigger());
        InitiatorDraft draft = reading.get().draft();
        if (row.isEmpty()) {
            return Transition.stay(draft.toState());
        }
        draft.phase = row.get().next();
        List<InitiatorEffect> effects = new ArrayList<>();
        for (Action action : row.get().actions()) {
            act(action, draft, reading.get(), effects);
        }
        return new Transition<>(draft.toState(), effects);
    }

    private void act(
            Action action,
            InitiatorDraft draft,
            InitiatorReading reading,
            List<InitiatorEffect> effects) {
        switch (action) {
            case SEND_TRIES -> sendAll(PeerMessage.Kind.TRY, draft, effects);
            case SEND_CONFIRMS -> sendAll(PeerMessage.Kind.CONFIRM, draft, effects);
            case SEND_CANCELS -> sendAll(PeerMessage.Kind.CANCEL, draft, effects);
            case SEND_AGAIN ->
                    effects.add(
                            new InitiatorEffect.Send(
                                    kind(draft.phase), draft.attempt, reading.branch()));
            case DECIDE -> effects.add(new InitiatorEffect.Decide(draft.attempt));
            case VOID -> effects.add(new InitiatorEffect.Abort(draft.attempt, draft.reason()));
            case LOOK -> effects.add(new InitiatorEffect.Look());
            case TELL -> tell(draft, effects);
            case SETTLE -> effects.add(new InitiatorEffect.Settle(draft.answer()));
            case ACKNOWLEDGE -> {
                if (draft.acknowledged != 0) {
                    effects.add(new InitiatorEffect.Acknowledge(draft.attempt, draft.acknowledged));
                }
            }
            case RETRY -> retry(draft, reading, effects);
            case ALARM ->
                    effects.add(
                            new InitiatorEffect.Alarm(
                                    AlarmKind.TRANSACTION_CONTRADICTION,
                                    "transaction %s/%d, branch %d: %s"
                                            .formatted(
                                                    draft.trace(),
                                                    draft.attempt,
                                                    reading.branch(),
                                                    reading.text())));
            case NEXT_ATTEMPT -> draft.nextAttempt();
        }
    }

    private static void sendAll(
            PeerMessage.Kind kind, InitiatorDraft draft, List<InitiatorEffect> effects) {
        for (int branch = 1; branch <= draft.branches(); branch++) {
            if (draft.isOpen(branch)) {
                effects.add(new InitiatorEffect.Send(kind, draft.attempt, branch));
            }
        }
    }

    private static void tell(InitiatorDraft draft, List<InitiatorEffect> effects) {
        if (!draft.answered) {
            draft.answered = true;
            effects.add(new InitiatorEffect.Tell(draft.answer()));
        }
    }

    private void retry(
            InitiatorDraft draft, InitiatorReading reading, List<InitiatorEffect> effects) {
        draft.failures++;
        if (draft.failures == alarmAfter) {
            effects.add(
                    new InitiatorEffect.Alarm(
                            AlarmKind.TRANSACTION_UNFINISHED,
                            "transaction %s/%d, %s, branch %d: %s, %d times (expected: an answer)"
                                    .formatted(
                                            draft.trace(),
                                            draft.attempt,
                                            draft.phase,
                                            reading.branch(),
                                            reading.text(),
                                            draft.failures)));
        }
        effects.add(
                new InitiatorEffect.Retry(
                        draft.phase, draft.attempt, reading.branch(), draft.failures));
    }

    private static PeerMessage.Kind kind(Phase phase) {
        return switch (phase) {
            case TRYING -> PeerMessage.Kind.TRY;
            case CONFIRMING -> PeerMessage.Kind.CONFIRM;
            case CANCELLING, RESTARTING -> PeerMessage.Kind.CANCEL;
            case DECIDING, ABORTING, LOOKING, SETTLED, STOPPED, LEFT ->
                    throw new IllegalStateException(
                            "phase: " + phase + " (expected: one that sends messages)");
        };
    }

    /** What a caller is told of a transaction that is not decided. */
    static Answer undecided(Outcome.Refused reason) {
        return Answer.refused(callersCode(reason.code()), reason.message());
    }

    /** A branch's code as the caller of the transaction understands it. */
    static OutcomeCode callersCode(OutcomeCode code) {
        return code == OutcomeCode.BRANCH_CANCELLED || code == OutcomeCode.WAIT
                ? OutcomeCode.ABORTED
                : code;
    }
}

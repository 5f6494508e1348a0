package io.feiqian.transaction;

import io.feiqian.storage.Answer;
import io.feiqian.transaction.InitiatorState.Phase;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/** The next {@link InitiatorState} while it is being worked out. Lives for one step. */
final class InitiatorDraft {
    Phase phase;
    int attempt;
    long tried;
    long acknowledged;
    long stuck;
    int failures;
    int restarts;
    boolean late;
    Optional<Outcome.Refused> reason;
    Optional<Outcome.Refused> trouble;
    Optional<Answer> answer;
    boolean answered;

    /** The attempt that a void one is followed by. */
    int followingAttempt;

    private final InitiatorState before;

    InitiatorDraft(InitiatorState state) {
        before = state;
        phase = state.phase();
        attempt = state.attempt();
        tried = state.tried();
        acknowledged = state.acknowledged();
        stuck = state.stuck();
        failures = state.failures();
        restarts = state.restarts();
        late = state.late();
        reason = state.reason();
        trouble = state.trouble();
        answer = state.answer();
        answered = state.answered();
        followingAttempt = state.following();
    }

    TraceNumber trace() {
        return before.trace();
    }

    int branches() {
        return before.branches();
    }

    boolean isOpen(int branch) {
        return ((acknowledged | stuck) & Decision.bit(branch)) == 0;
    }

    /** Whether a row is about the same content; one that an inquiry planted may not know. */
    boolean isSame(Decision row) {
        return row.digest() == 0 || row.digest() == before.digest();
    }

    boolean isWhole(long bits) {
        return bits == Decision.allOf(before.branches());
    }

    /** Why it must not commit: what was said, the last trouble, or plain silence. */
    Outcome.Refused reason() {
        return reason.or(() -> trouble)
                .orElseGet(() ->
                        new Outcome.Refused(
                                OutcomeCode.CELL_UNAVAILABLE,
                                "branch: no answer in time (expected: one)"));
    }

    /** What the caller is told by now. */
    Answer answer() {
        return answer.orElseGet(() -> InitiatorProtocol.undecided(reason()));
    }

    void nextAttempt() {
        attempt = Math.max(attempt + 1, followingAttempt);
        followingAttempt = attempt + 1;
        restarts++;
        tried = 0;
        acknowledged = 0;
        failures = 0;
        reason = Optional.empty();
        answer = Optional.empty();
    }

    InitiatorState toState() {
        return new InitiatorState(
                phase,
                before.trace(),
                before.digest(),
                before.branches(),
                attempt,
                followingAttempt,
                tried,
                acknowledged,
                stuck,
                failures,
                restarts,
                late,
                reason,
                trouble,
                answer,
                answered);
    }
}

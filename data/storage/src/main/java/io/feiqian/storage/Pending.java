package io.feiqian.storage;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A work on its way through the grouped form. The worker moves it on; the watch may end it while
 * its commit has not been sent, and then no commit with it is ever sent: so that whoever is
 * answered "nothing happened" can rely on it. The first answer stands.
 */
final class Pending {
    private enum State {
        /** Not begun. */
        WAITING,
        /** In a transaction whose commit has not been sent. */
        BEGUN,
        /** A commit with it was sent and is not known to have failed. */
        COMMITTING,
        /** Answered without effect: it must not be committed any more. */
        ENDED
    }

    private final Work work;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    /** Whether the fate of a commit with it could not be established; the worker's own. */
    private boolean maybeCommitted;

    Pending(Work work) {
        this.work = work;
    }

    Work work() {
        return work;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    /** Begins it; false where it was ended while it waited. */
    boolean begin() {
        return state.compareAndSet(State.WAITING, State.BEGUN);
    }

    /** To be called before each commit with it; false where it was ended and must be left out. */
    boolean sendCommit() {
        return state.compareAndSet(State.BEGUN, State.COMMITTING)
                || state.get() == State.COMMITTING;
    }

    /** The commit was not sent after all, or definitely failed. */
    void notCommitted() {
        if (!maybeCommitted) {
            state.compareAndSet(State.COMMITTING, State.BEGUN);
        }
    }

    /** Nobody knows what became of a commit with it. */
    void commitLost() {
        maybeCommitted = true;
    }

    boolean maybeCommitted() {
        return maybeCommitted;
    }

    /** Whether a commit with it was sent that is not known to have failed. */
    boolean isCommitting() {
        return state.get() == State.COMMITTING;
    }

    boolean isEnded() {
        return state.get() == State.ENDED;
    }

    boolean isExpired() {
        return work.deadline().isExpired();
    }

    boolean isExpiredSince(Duration grace) {
        return work.deadline().remaining().plus(grace).isNegative();
    }

    /**
     * Ends it because its deadline has passed; false where a commit with it is under way, so that
     * nothing definite can be said.
     */
    boolean expire() {
        if (state.compareAndSet(State.WAITING, State.ENDED)
                || state.compareAndSet(State.BEGUN, State.ENDED)) {
            refuse(OutcomeCode.DEADLINE_EXPIRED, "deadline: passed, and nothing happened");
            return true;
        }
        return state.get() == State.ENDED;
    }

    void complete(Answer result) {
        answer.complete(result);
    }

    void refuse(OutcomeCode code, String message) {
        answer.complete(Answer.refused(code, message));
    }

    void unknown(String message) {
        answer.complete(Answer.unknown(message));
    }
}

package io.feiqian.storage;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A work on its way through the grouped form: waiting until the worker has started it, then in
 * flight until it is answered. The first answer stands.
 */
final class Pending {
    private final Work work;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    /** Set once: by the worker that begins, or by whoever answers it before that. */
    private final AtomicBoolean begun = new AtomicBoolean();

    /** Whether a commit with it was sent whose fate is not established; the worker's own. */
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

    /** Begins it; false where it was answered while it waited, and then it never happens. */
    boolean begin() {
        return begun.compareAndSet(false, true);
    }

    boolean isBegun() {
        return begun.get();
    }

    /** Answers it in place of beginning it, where its deadline has passed. */
    void expireUnbegun() {
        if (begun.compareAndSet(false, true)) {
            refuse(OutcomeCode.DEADLINE_EXPIRED, "deadline: passed before the work began");
        }
    }

    boolean isExpired() {
        return work.deadline().isExpired();
    }

    boolean isExpiredSince(Duration grace) {
        return work.deadline().remaining().plus(grace).isNegative();
    }

    boolean maybeCommitted() {
        return maybeCommitted;
    }

    void commitSent() {
        maybeCommitted = true;
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

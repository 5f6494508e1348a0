package io.feiqian.simulation;

import io.feiqian.storage.Answer;
import io.feiqian.storage.Work;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.CompletableFuture;

/** A work on its way through a simulated local commit. */
final class Pending {
    final Work work;
    final CompletableFuture<Answer> answer = new CompletableFuture<>();

    /** Whether a commit with it was sent whose fate is open. */
    boolean maybeCommitted;

    Pending(Work work) {
        this.work = work;
    }

    boolean isExpired() {
        return work.deadline().isExpired();
    }

    void complete(Answer result) {
        answer.complete(result);
    }

    void refuse(OutcomeCode code, String why) {
        complete(Answer.refused(code, why));
    }
}

package io.feiqian.messaging;

import io.feiqian.storage.Answer;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.vocabulary.Outcome;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Local commits that wake the relay for what they sent: nobody has to ask the database whether
 * there is something to deliver. Thread-safe.
 */
final class WakingCommits implements LocalCommit {
    private final LocalCommit commits;
    private final Consumer<MessageKey> wake;

    WakingCommits(LocalCommit commits, Consumer<MessageKey> wake) {
        this.commits = commits;
        this.wake = wake;
    }

    @Override
    public CompletableFuture<Answer> submit(Work work) {
        CompletableFuture<Answer> answer = commits.submit(work);
        return sends(work)
                ? answer.thenApply(it -> {
                    woken(work, it);
                    return it;
                })
                : answer;
    }

    @Override
    public Answer solo(Work work, UserStatements statements) throws SQLException {
        Answer answer = commits.solo(work, statements);
        woken(work, answer);
        return answer;
    }

    private static boolean sends(Work work) {
        for (int i = 0; i < work.parts().size(); i++) {
            if (work.parts().get(i).command() instanceof OutboxCommand.Send) {
                return true;
            }
        }
        return false;
    }

    private void woken(Work work, Answer answer) {
        // One of which nobody knows whether it was committed may have been.
        if (answer.outcome() instanceof Outcome.Refused) {
            return;
        }
        for (Part<?> each : work.parts()) {
            if (each.command() instanceof OutboxCommand.Send send) {
                wake.accept(send.key());
            }
        }
    }
}

package io.feiqian.bank;

import io.feiqian.runtime.MicroBatcher;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.BusinessDays;
import io.feiqian.vocabulary.BusinessDate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * The cell's open business day as of the moment one asks, also where another instance has just set
 * it forward: a question is answered by a read that began after it was asked, and all who wait for
 * the next read share it. Thread-safe; asking never blocks.
 */
final class OpenDay implements AutoCloseable {
    private static final int MOST = 8_192;

    private final MicroBatcher<CompletableFuture<BusinessDate>> questions;

    OpenDay(BusinessDays days, String threadName) {
        this.questions =
                new MicroBatcher<>(
                        new MicroBatcher.Limits(MOST, MOST, 1),
                        new Reader(days),
                        work -> Thread.ofPlatform().name(threadName).daemon().unstarted(work));
    }

    /** The open day; completes exceptionally where the database does not answer. */
    CompletableFuture<BusinessDate> now() {
        CompletableFuture<BusinessDate> answer = new CompletableFuture<>();
        if (!questions.offer(answer, Lane.NEW)) {
            answer.completeExceptionally(
                    new RejectedExecutionException("too many wait for the business date"));
        }
        return answer;
    }

    @Override
    public void close() {
        questions.close();
    }

    private record Reader(BusinessDays days)
            implements MicroBatcher.Handler<CompletableFuture<BusinessDate>> {
        @Override
        public void handle(List<CompletableFuture<BusinessDate>> batch) {
            BusinessDate open = days.current().open();
            batch.forEach(answer -> answer.complete(open));
        }

        @Override
        public void onFault(List<CompletableFuture<BusinessDate>> batch, Throwable fault) {
            batch.forEach(answer -> answer.completeExceptionally(fault));
        }
    }
}

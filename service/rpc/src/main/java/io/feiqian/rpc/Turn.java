package io.feiqian.rpc;

import io.feiqian.rpc.spi.Ruling;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A ruling that comes later, or the call's deadline, whichever is first. */
final class Turn {
    private Turn() {}

    /** What comes after the deadline is given back: nobody makes the call any more. */
    static void await(
            CompletionStage<Ruling> later,
            Duration left,
            BiConsumer<@Nullable Ruling, @Nullable Throwable> then) {
        CompletableFuture<Ruling> bounded =
                later.toCompletableFuture()
                        .copy()
                        .orTimeout(Math.max(0, left.toNanos()), TimeUnit.NANOSECONDS);
        CompletableFuture<Ruling> _ = bounded.whenComplete(then);
        CompletionStage<Ruling> _ =
                later.whenComplete((ruling, failure) -> {
                    if (bounded.isCompletedExceptionally()
                            && ruling instanceof Ruling.Pass(var watch, var _)) {
                        watch.ended(
                                new Outcome.Refused(
                                        OutcomeCode.DEADLINE_EXPIRED, "its turn came too late"),
                                0);
                    }
                });
    }
}

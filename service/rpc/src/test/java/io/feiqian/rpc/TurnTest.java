package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class TurnTest {
    private final List<Outcome> ends = new CopyOnWriteArrayList<>();
    private final Ruling pass =
            new Ruling.Pass((outcome, nanos) -> ends.add(outcome), InstanceFilter.ANY);
    private final CompletableFuture<Ruling> turn = new CompletableFuture<>();
    private final CompletableFuture<Ruling> applied = new CompletableFuture<>();

    @Test
    void aTurnThatComesInTimeIsApplied() {
        await(Duration.ofSeconds(60));
        turn.complete(pass);
        assertThat(applied).isCompletedWithValue(pass);
        assertThat(ends).isEmpty();
    }

    @Test
    void whatComesAfterTheDeadlineIsGivenBack() {
        await(Duration.ZERO);
        assertThat(applied)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutException.class);
        turn.complete(pass);
        assertThat(ends).extracting(Outcome::code).containsExactly(OutcomeCode.DEADLINE_EXPIRED);
    }

    private void await(Duration left) {
        Turn.await(
                turn,
                left,
                (ruling, failure) -> {
                    if (ruling != null) {
                        applied.complete(ruling);
                    } else if (failure != null) {
                        applied.completeExceptionally(failure);
                    }
                });
    }
}

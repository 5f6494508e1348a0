package io.feiqian.transaction;

import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Loses, repeats and delays messages and replies by a seed. Thread-safe. */
final class LossyNetwork implements Function<PeerMessage, CompletableFuture<PeerReply>> {
    private static final int LONGEST_DELAY_MILLIS = 30;

    private final Function<PeerMessage, CompletableFuture<PeerReply>> wire;
    private final Timer timer;
    private final Randomness random;

    LossyNetwork(Function<PeerMessage, CompletableFuture<PeerReply>> wire, Timer timer, long seed) {
        this.wire = wire;
        this.timer = timer;
        this.random = Randomness.seeded(seed);
    }

    @Override
    public CompletableFuture<PeerReply> apply(PeerMessage message) {
        CompletableFuture<PeerReply> reply = new CompletableFuture<>();
        int fate = roll(100);
        if (fate < 15) {
            later(() -> reply.complete(new PeerReply.Unheard("the message was lost")));
            return reply;
        }
        later(() -> deliver(message, reply, fate < 30));
        if (fate >= 80) {
            // The network repeats it; nobody waits for what comes of that.
            later(() -> deliver(message, new CompletableFuture<>(), false));
        }
        return reply;
    }

    private void deliver(
            PeerMessage message, CompletableFuture<PeerReply> reply, boolean loseReply) {
        var _ =
                wire.apply(message)
                        .thenAccept(answer ->
                                later(() ->
                                        reply.complete(
                                                loseReply
                                                        ? new PeerReply.Unheard(
                                                                "the reply was lost")
                                                        : answer)));
    }

    private void later(Runnable action) {
        var _ = timer.after(Duration.ofMillis(roll(LONGEST_DELAY_MILLIS)), action);
    }

    private synchronized int roll(int bound) {
        return random.nextInt(bound);
    }
}

package io.feiqian.rpc;

import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One message to a peer cell on its way. It ends exactly once: answered, failed or expired, and
 * whoever ends it first counts.
 */
final class PeerMessage {
    private enum State {
        WAITING,
        SENT,
        ENDED
    }

    /** What stays the same when a message is sent again: by this suspects are known. */
    record Identity(Request.Kind kind, long head, long serial, int attempt, int branch) {}

    private final Request request;
    private final long bornNanos;
    private final long untilNanos;
    private final Consumer<PeerMessage> onEnd;
    private final CompletableFuture<PeerAnswer> answer = new CompletableFuture<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private volatile @Nullable Runnable forget;
    private int hops;

    PeerMessage(Request request, long bornNanos, long untilNanos, Consumer<PeerMessage> onEnd) {
        this.request = request;
        this.bornNanos = bornNanos;
        this.untilNanos = untilNanos;
        this.onEnd = onEnd;
    }

    CompletableFuture<PeerAnswer> answer() {
        return answer;
    }

    Lane lane() {
        return laneOf(request);
    }

    static Lane laneOf(Request request) {
        return switch (request.getKind()) {
            // Messages wait in their outbox: they must not crowd out what ends transactions.
            case TRY, DELIVER, SKIP -> Lane.NEW;
            case CONFIRM, CANCEL, INQUIRY, KIND_UNSPECIFIED, UNRECOGNIZED -> Lane.FINISHING;
        };
    }

    Identity identity() {
        return new Identity(
                request.getKind(),
                request.getTraceHead(),
                request.getTraceSerial(),
                request.getAttempt(),
                request.getBranch());
    }

    /** Counts the instances it was handed to; returns how many before this one. */
    int nextHop() {
        return hops++;
    }

    /**
     * The request with its remaining times as of now (decide-by); null where one of them has
     * passed, and then the message has ended.
     */
    @Nullable Request toSend(long nowNanos) {
        long remaining = TimeUnit.NANOSECONDS.toMillis(untilNanos - nowNanos);
        long waited = TimeUnit.NANOSECONDS.toMillis(nowNanos - bornNanos);
        long decideBy = request.getDecideByRemainingMillis() - waited;
        boolean tooLate = request.getKind() == Request.Kind.TRY && decideBy <= 0;
        if (remaining <= 0 || tooLate) {
            fail(OutcomeCode.DEADLINE_EXPIRED, "the time was over before it could be sent");
            return null;
        }
        return request.toBuilder()
                .setRemainingMillis(remaining)
                .setDecideByRemainingMillis(Math.max(decideBy, 0))
                .build();
    }

    /**
     * Claims the message for sending; from now on a failure means that it may have arrived.
     *
     * @param forgotten runs where the message ends without a reply
     */
    boolean claim(Runnable forgotten) {
        this.forget = forgotten;
        return state.compareAndSet(State.WAITING, State.SENT);
    }

    boolean isExpired(long nowNanos) {
        return untilNanos - nowNanos <= 0;
    }

    /** Ends it where its time is over. */
    void expire() {
        if (state.get() == State.WAITING) {
            fail(OutcomeCode.DEADLINE_EXPIRED, "the time was over before it could be sent");
        } else {
            fail(OutcomeCode.UNKNOWN, "no answer came in time");
        }
    }

    /** Ends it with the peer's reply. */
    void reply(Reply reply) {
        end(new PeerAnswer.Replied(reply));
    }

    /** Takes it back from an instance that refused it unseen, so that another can be asked. */
    boolean takeBack() {
        return state.compareAndSet(State.SENT, State.WAITING);
    }

    /** Ends it without a reply; what has been sent is unknown whatever the code says. */
    void fail(OutcomeCode code, String message) {
        State before = state.getAndSet(State.ENDED);
        if (before == State.ENDED) {
            return;
        }
        Runnable forgotten = forget;
        if (forgotten != null) {
            forgotten.run();
        }
        onEnd.accept(this);
        answer.complete(
                new PeerAnswer.Failed(before == State.SENT ? OutcomeCode.UNKNOWN : code, message));
    }

    private void end(PeerAnswer with) {
        if (state.getAndSet(State.ENDED) != State.ENDED) {
            onEnd.accept(this);
            answer.complete(with);
        }
    }
}

package io.feiqian.rpc;

import io.feiqian.rpc.contract.Request;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The sending side of the streams between cells: one stream from this instance to each peer cell,
 * on which the protocol's messages travel in batches (framed).
 *
 * <p>A batch is what is there when the stream can be written; no timer holds a message back. A
 * message is sent once: when its stream breaks, it fails as {@code UNKNOWN}, and the caller, whose
 * messages are idempotent, sends it again. Of several instances of the peer cell one is used,
 * chosen by this instance's name so that the load spreads, and another where that one does not
 * answer. Thread-safe.
 */
public final class PeerStreams implements AutoCloseable {
    private static final Duration SWEEP = Duration.ofMillis(50);

    private final String self;
    private final CellInstances instances;
    private final Channels channels;
    private final PeerEnvironment environment;
    private final Map<CellId, PeerCell> peers = new ConcurrentHashMap<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * Streams that are opened by their first message.
     *
     * @param self the name of this instance
     * @param instances who serves the peer cells
     * @param channels the connections; closed with the streams, shared with nobody else
     */
    public PeerStreams(
            String self,
            CellInstances instances,
            Channels channels,
            PeerLimits limits,
            Clock clock,
            Timer timer) {
        this.self = self;
        this.instances = instances;
        this.channels = channels;
        this.environment = new PeerEnvironment(limits, clock, timer);
    }

    /**
     * Sends one message to a cell and tells what came of it. Never blocks and never throws: every
     * failure is a {@link PeerAnswer.Failed}. The future is completed on a thread of the network,
     * so what depends on it must not block.
     *
     * @param cell the peer
     * @param request the message; its remaining times are lowered by the time it waits here. A TRY
     *     without time until its decide_by is not sent
     * @param remaining how long the answer is wanted
     */
    public CompletableFuture<PeerAnswer> send(CellId cell, Request request, Duration remaining) {
        if (closed) {
            return failed(OutcomeCode.SHUTTING_DOWN, "this process is stopping");
        }
        int bytes = request.getSerializedSize();
        if (bytes > environment.limits().batchBytes()) {
            return failed(
                    OutcomeCode.BODY_TOO_LARGE,
                    "message: %d bytes (expected: at most %d)"
                            .formatted(bytes, environment.limits().batchBytes()));
        }
        PeerCell peer =
                peers.computeIfAbsent(
                        cell, id -> new PeerCell(id, self, instances, channels, environment));
        CompletableFuture<PeerAnswer> answer = peer.send(request, remaining);
        sweepLater();
        return answer;
    }

    /** How many messages to a cell are unanswered; a snapshot for metrics. */
    public int unanswered(CellId cell) {
        PeerCell peer = peers.get(cell);
        return peer == null ? 0 : peer.unanswered();
    }

    /** Closes every stream; what is unanswered fails. */
    @Override
    public void close() {
        closed = true;
        peers.values().forEach(PeerCell::close);
        channels.close();
    }

    private void sweepLater() {
        if (sweeping.compareAndSet(false, true)) {
            environment.later(SWEEP, this::sweep);
        }
    }

    private void sweep() {
        sweeping.set(false);
        boolean some = false;
        for (PeerCell each : peers.values()) {
            each.expire();
            some |= each.unanswered() > 0;
        }
        if (some && !closed) {
            sweepLater();
        }
    }

    private static CompletableFuture<PeerAnswer> failed(OutcomeCode code, String message) {
        return CompletableFuture.completedFuture(new PeerAnswer.Failed(code, message));
    }
}

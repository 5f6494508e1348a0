package io.feiqian.rpc;

import io.feiqian.rpc.contract.Request;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Stub. */
public final class PeerStreams implements AutoCloseable {
    /**
     * Sends one message to a cell and tells what came of it. Never blocks and never throws: every
     * failure is a {@link PeerAnswer.Failed}. The future is completed on a thread of the network,
     * so what depends on it must not block.
     *
     * @param cell the peer
     * @param request the message; its remaining times are lowered by the time it waits here
     * @param remaining how long the answer is wanted
     */
    public CompletableFuture<PeerAnswer> send(CellId cell, Request request, Duration remaining) {
        return CompletableFuture.completedFuture(
                new PeerAnswer.Failed(
                        OutcomeCode.CELL_UNAVAILABLE, cell + " " + request.getKind() + remaining));
    }

    /** Closes every stream; what is unanswered fails. */
    @Override
    public void close() {}
}

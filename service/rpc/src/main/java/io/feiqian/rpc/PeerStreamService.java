package io.feiqian.rpc;

import io.feiqian.rpc.contract.Frame;
import io.feiqian.rpc.contract.FrameBatch;
import io.feiqian.rpc.contract.PeerStreamGrpc;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * The receiving side of the streams between cells; added to an {@code RpcServer} like any service.
 *
 * <p>Each message goes to the handler on its own, and each reply leaves when it is there, in
 * batches and in any order (framed). The reader never blocks: more unanswered messages on one
 * stream than the limits allow are answered OVERLOADED unseen, and a peer that does not read its
 * replies is not read either. Thread-safe.
 */
public final class PeerStreamService extends PeerStreamGrpc.PeerStreamImplBase implements Draining {
    private final Function<Request, CompletableFuture<Reply>> handler;
    private final PeerLimits limits;
    private final Intake intake;
    private final Set<IncomingStream> streams = ConcurrentHashMap.newKeySet();
    private final ExecutorService writers =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("peer-replies-", 0).factory());
    private volatile boolean draining;

    /**
     * A service that hands each message to the handler, on a thread of the network: it must not
     * block. A handler that throws, or whose future fails, is answered INTERNAL_ERROR.
     */
    public PeerStreamService(
            Function<Request, CompletableFuture<Reply>> handler, PeerLimits limits) {
        this(handler, limits, new Intake());
    }

    /**
     * The same.
     *
     * @param intake whether messages that begin something are taken
     */
    public PeerStreamService(
            Function<Request, CompletableFuture<Reply>> handler, PeerLimits limits, Intake intake) {
        this.handler = handler;
        this.limits = limits;
        this.intake = intake;
    }

    @Override
    public StreamObserver<FrameBatch> exchange(StreamObserver<FrameBatch> replies) {
        ServerCallStreamObserver<FrameBatch> out = (ServerCallStreamObserver<FrameBatch>) replies;
        IncomingStream stream = new IncomingStream(out, handler, limits, intake, writers);
        streams.add(stream);
        out.setOnCloseHandler(() -> streams.remove(stream));
        out.setOnCancelHandler(() -> streams.remove(stream));
        if (draining) {
            stream.drain();
        }
        return stream;
    }

    /** Refuses new messages, and ends each stream when its last reply has left. */
    @Override
    public void drain() {
        draining = true;
        streams.forEach(IncomingStream::drain);
    }

    /** How many streams of peers are open. */
    public int open() {
        return streams.size();
    }

    static Frame reply(long id, Reply reply) {
        return Frame.newBuilder().setId(id).setReply(reply).build();
    }
}

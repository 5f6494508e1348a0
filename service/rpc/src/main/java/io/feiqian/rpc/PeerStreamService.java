package io.feiqian.rpc;

import io.feiqian.rpc.contract.PeerStreamGrpc;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The receiving side of the streams between cells; added to an {@code RpcServer} like any service.
 */
public final class PeerStreamService extends PeerStreamGrpc.PeerStreamImplBase {
    private final Function<Request, CompletableFuture<Reply>> handler;

    /**
     * A service that hands each message to the handler, on a thread of the network: it must not
     * block. A handler that throws or fails is answered INTERNAL_ERROR.
     */
    public PeerStreamService(Function<Request, CompletableFuture<Reply>> handler) {
        this.handler = handler;
    }

    /** The handler. */
    Function<Request, CompletableFuture<Reply>> handler() {
        return handler;
    }
}

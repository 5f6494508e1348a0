package io.feiqian.rpc;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/** Notes when a call's head has been written to a connection. One for each call. */
final class SentWatch extends ClientStreamTracer.Factory {
    private volatile boolean sent;

    /** Whether anything of the call may have arrived. */
    boolean sent() {
        return sent;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
            ClientStreamTracer.StreamInfo info, Metadata headers) {
        return new ClientStreamTracer() {
            @Override
            public void outboundHeaders() {
                sent = true;
            }
        };
    }
}

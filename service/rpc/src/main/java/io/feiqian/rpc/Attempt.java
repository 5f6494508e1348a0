package io.feiqian.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One unary call to one instance, which knows whether anything of it left this process. */
final class Attempt<A> extends ClientCall.Listener<A> {
    /** Told once how the attempt ended. */
    interface Ended<A> {
        /** The instance answered. */
        void answered(Endpoint endpoint, A response);

        /**
         * It did not.
         *
         * @param sent whether the request may have arrived
         */
        void failed(Endpoint endpoint, Status status, Metadata trailers, boolean sent);
    }

    private final Channel channel;
    private final Endpoint endpoint;
    private final Ended<A> ended;
    private final SentWatch watch = new SentWatch();
    private @Nullable A response;

    Attempt(Channel channel, Endpoint endpoint, Ended<A> ended) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.ended = ended;
    }

    <Q> void start(MethodDescriptor<Q, A> method, Q request, Metadata headers, Duration patience) {
        ClientCall<Q, A> call =
                channel.newCall(
                        method,
                        CallOptions.DEFAULT
                                .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS)
                                .withStreamTracerFactory(watch));
        call.start(this, headers);
        call.request(2);
        call.sendMessage(request);
        call.halfClose();
    }

    @Override
    public void onMessage(A message) {
        response = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        A answer = response;
        if (status.isOk() && answer != null) {
            ended.answered(endpoint, answer);
        } else {
            ended.failed(endpoint, status, trailers, watch.sent());
        }
    }
}

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

    private static final Metadata.Key<String> TIMEOUT =
            Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    private static final long MOST = 100_000_000;

    private final Channel channel;
    private final Endpoint endpoint;
    private final Ended<A> ended;
    private final SentWatch watch = new SentWatch();
    private @Nullable A response;
    private @Nullable Overdue overdue;
    private volatile @Nullable ClientCall<?, ?> call;
    private long endsAt;
    private volatile boolean expired;

    Attempt(Channel channel, Endpoint endpoint, Ended<A> ended) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.ended = ended;
    }

    /** Begins; gRPC itself ends it when its patience is over. */
    <Q> void start(MethodDescriptor<Q, A> method, Q request, Metadata headers, Duration patience) {
        CallOptions bounded =
                CallOptions.DEFAULT
                        .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS)
                        .withStreamTracerFactory(watch);
        send(channel.newCall(method, bounded), request, headers);
    }

    /**
     * Begins; this ends it when its patience is over, and the other side is told how long it is.
     */
    <Q> void start(
            MethodDescriptor<Q, A> method,
            Q request,
            Metadata headers,
            Duration patience,
            Overdue newOverdue) {
        headers.put(TIMEOUT, timeout(patience.toNanos()));
        ClientCall<Q, A> begun =
                channel.newCall(method, CallOptions.DEFAULT.withStreamTracerFactory(watch));
        endsAt = newOverdue.now() + patience.toNanos();
        overdue = newOverdue;
        newOverdue.began(this);
        try {
            send(begun, request, headers);
        } catch (RuntimeException notBegun) {
            newOverdue.ended(this);
            throw notBegun;
        }
    }

    private <Q> void send(ClientCall<Q, A> begun, Q request, Metadata headers) {
        begun.start(this, headers);
        // What has not begun cannot be cancelled.
        call = begun;
        begun.request(2);
        begun.sendMessage(request);
        begun.halfClose();
    }

    /** Cancels it where its time is over; what was answered meanwhile counts. */
    void endIfOverdue(long now) {
        ClientCall<?, ?> running = call;
        if (running != null && now - endsAt >= 0) {
            expired = true;
            running.cancel("its time is over", null);
        }
    }

    /** At most eight digits and a unit, as gRPC writes it; never more time than there is. */
    static String timeout(long nanos) {
        long micros = Math.max(1, nanos / 1_000);
        if (micros < MOST) {
            return micros + "u";
        }
        long millis = micros / 1_000;
        return millis < MOST ? millis + "m" : Math.min(millis / 1_000, MOST - 1) + "S";
    }

    @Override
    public void onMessage(A message) {
        response = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        Overdue watched = overdue;
        if (watched != null) {
            watched.ended(this);
        }
        A answer = response;
        if (status.isOk() && answer != null) {
            ended.answered(endpoint, answer);
        } else {
            Status known =
                    expired && status.getCode() == Status.Code.CANCELLED
                            ? Status.DEADLINE_EXCEEDED
                            : status;
            ended.failed(endpoint, known, trailers, watch.sent());
        }
    }
}

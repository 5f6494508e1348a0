package io.feiqian.rpc;

import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Times each unary call by method and status. */
final class CallTimes implements ServerInterceptor {
    private record Key(String method, Status.Code status) {}

    private final MeterRegistry metrics;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

    CallTimes(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            return next.startCall(call, headers);
        }
        Timer.Sample sample = Timer.start(metrics);
        String method = call.getMethodDescriptor().getFullMethodName();
        return next.startCall(
                new ForwardingServerCall.SimpleForwardingServerCall<Q, A>(call) {
                    @Override
                    public void close(Status status, Metadata trailers) {
                        long _ = sample.stop(timer(new Key(method, status.getCode())));
                        super.close(status, trailers);
                    }
                },
                headers);
    }

    private Timer timer(Key key) {
        return timers.computeIfAbsent(
                key,
                k ->
                        Timer.builder("feiqian.rpc.server")
                                .description("Calls served, by method and gRPC status")
                                .tag("method", k.method())
                                .tag("status", k.status().name())
                                .register(metrics));
    }
}

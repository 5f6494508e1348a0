package io.feiqian.rpc;

import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the handlers of blocking services on virtual threads, each call with one request and one
 * answer on one thread of its own that begins when the request is whole. What comes before and
 * after the handler stays on the network's thread, where it costs no change of threads; an executor
 * given to gRPC changes threads for each callback. How many there are at once is bounded by
 * admission. Calls with streams are {@link ByService}'s, which keeps their callbacks in order.
 */
final class OnVirtualThreads implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(OnVirtualThreads.class);

    private final Set<String> blocking;

    /** Runs these services. */
    OnVirtualThreads(Set<String> blocking) {
        this.blocking = Set.copyOf(blocking);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String service = call.getMethodDescriptor().getServiceName();
        ServerCall.Listener<Q> listener = next.startCall(call, headers);
        if (service == null
                || !blocking.contains(service)
                || call.getMethodDescriptor().getType() != MethodType.UNARY) {
            return listener;
        }
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onHalfClose() {
                Context context = Context.current();
                var _ = Thread.startVirtualThread(() -> serve(context));
            }

            private void serve(Context context) {
                Context previous = context.attach();
                try {
                    super.onHalfClose();
                } catch (RuntimeException | Error fault) {
                    LOG.error(
                            "a fault in {}", call.getMethodDescriptor().getFullMethodName(), fault);
                    close(call);
                } finally {
                    context.detach(previous);
                }
            }
        };
    }

    /** As gRPC does it for handlers that it runs itself. */
    private static void close(ServerCall<?, ?> call) {
        try {
            call.close(
                    Status.UNKNOWN.withDescription("Application error processing RPC"),
                    new Metadata());
        } catch (IllegalStateException closedBefore) {
            LOG.debug("closed before its fault", closedBefore);
        }
    }
}

package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.runtime.CallContext;
import io.grpc.MethodDescriptor;
import java.util.Optional;

/**
 * One call to a service.
 *
 * @param service the name that the service is registered by
 * @param method the gRPC method; unary
 * @param request the request
 * @param context what travels with it; empty for that of the call which the current thread serves,
 *     whose deadline is the budget of all that it calls, or for none
 * @param key what keeps calls together where the way of choosing does so, such as an account
 *     number; empty for the trace number
 * @param <Q> the request
 * @param <A> the response; where it has a field {@code outcome} that is read
 */
public record ServiceCall<Q extends Message, A extends Message>(
        String service,
        MethodDescriptor<Q, A> method,
        Q request,
        Optional<CallContext> context,
        String key) {
    /** Refuses a method that is not unary. */
    public ServiceCall {
        if (method.getType() != MethodDescriptor.MethodType.UNARY) {
            throw new IllegalArgumentException(
                    "method: " + method.getFullMethodName() + " (expected: unary)");
        }
    }

    /** A call with the context of the call that the current thread serves, if any. */
    public static <Q extends Message, A extends Message> ServiceCall<Q, A> of(
            String service, MethodDescriptor<Q, A> method, Q request) {
        return new ServiceCall<>(service, method, request, Optional.empty(), "");
    }

    /** The same with this context. */
    public ServiceCall<Q, A> with(CallContext newContext) {
        return new ServiceCall<>(service, method, request, Optional.of(newContext), key);
    }

    /** The same, together with the calls of the same key. */
    public ServiceCall<Q, A> withKey(String newKey) {
        return new ServiceCall<>(service, method, request, context, newKey);
    }

    @Override
    public String toString() {
        return method.getFullMethodName() + " of " + service;
    }
}

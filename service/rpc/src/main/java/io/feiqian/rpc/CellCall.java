package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.runtime.CallContext;
import io.grpc.MethodDescriptor;

/**
 * One call to a cell.
 *
 * @param method the gRPC method; unary
 * @param request the request
 * @param target which cell
 * @param repeatable whether the very same request may be sent again after it was perhaps executed:
 *     reads, and changes under a trace number
 * @param changes whether it changes something: then an answer that got lost makes it unknown
 * @param context what travels with it; slot and epoch are set by the route map
 * @param token the admin token to show; empty for none
 * @param <Q> the request
 * @param <A> the response, whose field {@code outcome} is read
 */
public record CellCall<Q extends Message, A extends Message>(
        MethodDescriptor<Q, A> method,
        Q request,
        Target target,
        boolean repeatable,
        boolean changes,
        CallContext context,
        String token) {
    /** Refuses a method that is not unary. */
    public CellCall {
        if (method.getType() != MethodDescriptor.MethodType.UNARY) {
            throw new IllegalArgumentException(
                    "method: " + method.getFullMethodName() + " (expected: unary)");
        }
    }

    /** A call that changes nothing. */
    public static <Q extends Message, A extends Message> CellCall<Q, A> read(
            MethodDescriptor<Q, A> method, Q request, Target target, CallContext context) {
        return new CellCall<>(method, request, target, true, false, context, "");
    }

    /** A change; repeated only where the context has a trace number. */
    public static <Q extends Message, A extends Message> CellCall<Q, A> change(
            MethodDescriptor<Q, A> method, Q request, Target target, CallContext context) {
        boolean repeatable = context.trace().isPresent();
        return new CellCall<>(method, request, target, repeatable, true, context, "");
    }

    /** The same with the admin token. */
    public CellCall<Q, A> withToken(String newToken) {
        return new CellCall<>(method, request, target, repeatable, changes, context, newToken);
    }

    /** The same request to another method of the contract, which is not repeated. */
    CellCall<Q, A> to(MethodDescriptor<Q, A> other) {
        return new CellCall<>(other, request, target, false, changes, context, token);
    }

    @Override
    public String toString() {
        return method.getFullMethodName() + " to " + target;
    }
}

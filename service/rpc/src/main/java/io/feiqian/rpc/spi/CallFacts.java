package io.feiqian.rpc.spi;

import com.google.protobuf.Message;
import io.feiqian.runtime.CallContext;
import io.grpc.MethodDescriptor;
import java.util.Optional;

/**
 * What a rule may go by.
 *
 * @param service the name that the service is called by; at the side that serves, the name in the
 *     contract
 * @param method the method in the contract, {@code package.Service/Method}
 * @param caller who calls, by its certificate where there is one, else by what it says of itself;
 *     empty where neither is known
 * @param context what travels with the call: tenant, label, trace number, deadline
 * @param request the request; empty for calls that stream requests
 * @param cell the cell that is called; empty for services that are no cells, and where it is not
 *     known
 * @param channel the channel that the caller was found to speak for; empty where that is not known
 */
public record CallFacts(
        String service,
        MethodDescriptor<?, ?> method,
        String caller,
        CallContext context,
        Optional<Message> request,
        String cell,
        String channel) {
    /** A call of whose caller no channel is known. */
    public CallFacts(
            String service,
            MethodDescriptor<?, ?> method,
            String caller,
            CallContext context,
            Optional<Message> request,
            String cell) {
        this(service, method, caller, context, request, cell, "");
    }

    /** A call of which no cell is known. */
    public CallFacts(
            String service,
            MethodDescriptor<?, ?> method,
            String caller,
            CallContext context,
            Optional<Message> request) {
        this(service, method, caller, context, request, "", "");
    }
}

package io.feiqian.rpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls with streams of blocking services elsewhere; null leaves a call on the network's
 * threads.
 *
 * @param blocking the names of the services
 * @param elsewhere where they run
 */
record ByService(Set<String> blocking, Executor elsewhere) implements ServerCallExecutorSupplier {
    @Override
    public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata metadata) {
        String service = call.getMethodDescriptor().getServiceName();
        boolean streams = call.getMethodDescriptor().getType() != MethodType.UNARY;
        return streams && service != null && blocking.contains(service) ? elsewhere : null;
    }
}

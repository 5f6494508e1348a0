package io.feiqian.rpc;

import com.google.protobuf.Descriptors;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;

/** Another method of the same contract, with the same messages. */
final class SiblingMethod {
    private SiblingMethod() {}

    /**
     * The method of this bare name.
     *
     * @throws IllegalStateException where the contract has none with the same messages
     */
    static <Q, A> MethodDescriptor<Q, A> of(MethodDescriptor<Q, A> method, String name) {
        if (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema) {
            Descriptors.MethodDescriptor own = schema.getMethodDescriptor();
            Descriptors.MethodDescriptor other = own.getService().findMethodByName(name);
            if (other != null
                    && other.getInputType().equals(own.getInputType())
                    && other.getOutputType().equals(own.getOutputType())) {
                // Without what the contract says of the first one: it may not be repeated.
                return method.toBuilder()
                        .setFullMethodName(
                                MethodDescriptor.generateFullMethodName(
                                        own.getService().getFullName(), name))
                        .setSchemaDescriptor(null)
                        .build();
            }
        }
        throw new IllegalStateException(
                "method %s instead of %s (expected: one of the same service with the same messages)"
                        .formatted(name, method.getFullMethodName()));
    }
}

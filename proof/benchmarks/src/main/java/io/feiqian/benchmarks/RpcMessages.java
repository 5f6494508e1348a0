package io.feiqian.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;

/** The message of 300 bytes, and the service that says it back. */
final class RpcMessages {
    private static final int CONTENT = 297;
    private static final String SERVICE = "feiqian.bench.Echo";

    /** 300 bytes with its head. */
    static final BytesValue MESSAGE =
            BytesValue.newBuilder().setValue(ByteString.copyFrom(new byte[CONTENT])).build();

    static final MethodDescriptor<BytesValue, BytesValue> ECHO =
            MethodDescriptor.<BytesValue, BytesValue>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Say"))
                    .setRequestMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
                    .build();

    private RpcMessages() {}

    static BindableService service() {
        return () ->
                ServerServiceDefinition.builder(SERVICE)
                        .addMethod(
                                ECHO,
                                ServerCalls.asyncUnaryCall((request, answer) -> {
                                    answer.onNext(request);
                                    answer.onCompleted();
                                }))
                        .build();
    }

    static boolean isRight(BytesValue answer) {
        return answer.getValue().size() == CONTENT;
    }
}

package io.feiqian.rpc;

import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import io.feiqian.rpc.contract.Options;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;

/** What the contract of a method says of calling it twice. */
enum Repetition {
    /** It changes nothing ({@code NO_SIDE_EFFECTS}). */
    HARMLESS,
    /** Twice is as good as once ({@code IDEMPOTENT}). */
    IDEMPOTENT,
    /** Its changes are known by their trace numbers (the option {@code feiqian.rpc.changes}). */
    BY_TRACE_NUMBER,
    /** It says nothing: never twice. */
    UNSAFE;

    static Repetition of(MethodDescriptor<?, ?> method) {
        if (!(method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema)) {
            return UNSAFE;
        }
        MethodOptions options = schema.getMethodDescriptor().getOptions();
        IdempotencyLevel level = options.getIdempotencyLevel();
        if (level == IdempotencyLevel.NO_SIDE_EFFECTS) {
            return HARMLESS;
        }
        if (level == IdempotencyLevel.IDEMPOTENT) {
            return IDEMPOTENT;
        }
        return options.getExtension(Options.changes) ? BY_TRACE_NUMBER : UNSAFE;
    }

    boolean isSafe(boolean hasTraceNumber) {
        return this == HARMLESS
                || this == IDEMPOTENT
                || (this == BY_TRACE_NUMBER && hasTraceNumber);
    }
}

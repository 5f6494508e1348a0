package io.feiqian.rpc;

import io.feiqian.rpc.contract.Options;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;

/**
 * Lets only those who show the admin token call services marked as admin and methods with the
 * option {@code operator_only}; the latter need an operator and a reason too, which the services
 * audit.
 */
final class AdminGuard implements ServerInterceptor {
    private final byte[] expected;
    private final boolean anybody;
    private final Set<String> adminServices;

    AdminGuard(String token, Set<String> adminServices) {
        this(("Bearer " + token).getBytes(StandardCharsets.UTF_8), true, adminServices);
    }

    private AdminGuard(byte[] expected, boolean anybody, Set<String> adminServices) {
        this.expected = expected;
        this.anybody = anybody;
        this.adminServices = Set.copyOf(adminServices);
    }

    /** Lets nobody call what is for operators only. */
    static AdminGuard withoutToken() {
        return new AdminGuard(new byte[0], false, Set.of());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        MethodDescriptor<Q, A> method = call.getMethodDescriptor();
        boolean operatorOnly = isOperatorOnly(method);
        boolean guarded = operatorOnly || adminServices.contains(method.getServiceName());
        if (guarded && !showsToken(headers)) {
            return ContextReader.refuse(
                    call,
                    new Outcome.Refused(
                            OutcomeCode.UNAUTHENTICATED,
                            "authorization: missing or wrong (expected: the admin token)"));
        }
        if (operatorOnly && !namesOperator()) {
            return ContextReader.refuse(
                    call,
                    new Outcome.Refused(
                            OutcomeCode.OPERATOR_REQUIRED,
                            "operator and reason: missing (expected: both, for the audit)"));
        }
        return next.startCall(call, headers);
    }

    private boolean showsToken(Metadata headers) {
        String shown = headers.get(CallHeaders.AUTHORIZATION);
        // Compared in constant time: the time of a refusal tells nothing about the token.
        return anybody
                && shown != null
                && MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), expected);
    }

    private static boolean namesOperator() {
        return CurrentCall.find()
                .filter(call -> !call.operator().isBlank() && !call.reason().isBlank())
                .isPresent();
    }

    private static boolean isOperatorOnly(MethodDescriptor<?, ?> method) {
        return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema
                && schema.getMethodDescriptor().getOptions().getExtension(Options.operatorOnly);
    }
}

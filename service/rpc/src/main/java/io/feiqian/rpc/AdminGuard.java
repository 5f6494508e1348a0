package io.feiqian.rpc;

import io.feiqian.rpc.contract.Options;
import io.feiqian.security.AdminToken;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Lets only those who show the admin token call services marked as admin and methods with the
 * option {@code operator_only}; the latter need an operator and a reason too, which the services
 * audit.
 */
final class AdminGuard implements ServerInterceptor {
    private static final String SCHEME = "Bearer ";

    private final Predicate<String> isToken;
    private final Set<String> adminServices;

    /** Lets those in who show this token. */
    AdminGuard(AdminToken token, Set<String> adminServices) {
        this(token::matches, adminServices);
    }

    private AdminGuard(Predicate<String> isToken, Set<String> adminServices) {
        this.isToken = isToken;
        this.adminServices = Set.copyOf(adminServices);
    }

    /** Lets nobody call what is for operators only. */
    static AdminGuard withoutToken() {
        return new AdminGuard(shown -> false, Set.of());
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
        return shown != null
                && shown.startsWith(SCHEME)
                && isToken.test(shown.substring(SCHEME.length()));
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

package io.feiqian.rpc;

import io.feiqian.governance.Call;
import io.feiqian.governance.GrayLabel;
import io.feiqian.governance.Priority;
import io.feiqian.rpc.spi.CallFacts;
import io.grpc.MethodDescriptor;

/** What policies see of a call over gRPC; everything is read only where a policy asks. */
final class GovernedCall implements Call {
    private final CallFacts facts;

    GovernedCall(CallFacts facts) {
        this.facts = facts;
    }

    @Override
    public String service() {
        return String.valueOf(facts.method().getServiceName());
    }

    @Override
    public String method() {
        return String.valueOf(facts.method().getBareMethodName());
    }

    @Override
    public String caller() {
        return facts.caller();
    }

    @Override
    public String tenant() {
        return facts.context().tenant();
    }

    @Override
    public String cell() {
        return "";
    }

    /** The label that travels: {@code name=value,name=value}, or one value that is named gray. */
    @Override
    public String label(String name) {
        return GrayLabel.value(facts.context().grayLabel(), name);
    }

    /** A field of the request by its path in the contract, such as {@code payer.account}. */
    @Override
    public String parameter(String name) {
        return facts.request().map(request -> RequestFields.text(request, name)).orElse("");
    }

    /**
     * What operators ask and what cells say to each other goes on under any load; changes go before
     * questions.
     */
    @Override
    public Priority priority() {
        MethodDescriptor<?, ?> method = facts.method();
        if (!facts.context().operator().isEmpty() || !method.getType().clientSendsOneMessage()) {
            return Priority.CRITICAL;
        }
        return Repetition.of(method) == Repetition.BY_TRACE_NUMBER
                ? Priority.HIGH
                : Priority.NORMAL;
    }

    @Override
    public long remainingNanos() {
        return facts.context().deadline().remaining().toNanos();
    }
}

package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.governance.Call;
import io.feiqian.governance.Priority;
import io.feiqian.governance.TravellingLabel;
import io.feiqian.rpc.spi.CallFacts;
import io.grpc.MethodDescriptor;
import java.util.Optional;

/** What policies see of a call over gRPC; everything is read only where a policy asks. */
final class GovernedCall implements Call {
    private static final String CHANNEL = "channel";

    private final CallFacts facts;
    private final String here;

    /**
     * A call.
     *
     * @param here the cell that serves it, where the call itself names none
     */
    GovernedCall(CallFacts facts, String here) {
        this.facts = facts;
        this.here = here;
    }

    /** The request itself; empty where requests stream. */
    Optional<Message> request() {
        return facts.request();
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
        return facts.cell().isEmpty() ? here : facts.cell();
    }

    /**
     * A label of those that travel; or the channel: the one that the caller was found to speak for,
     * else the one of the trace number, where there is one.
     */
    @Override
    public String label(String name) {
        if (name.equals(CHANNEL) && !facts.channel().isEmpty()) {
            return facts.channel();
        }
        if (name.equals(CHANNEL)) {
            return facts.context()
                    .trace()
                    .map(trace -> Integer.toString(trace.channel()))
                    .orElse("");
        }
        return TravellingLabel.value(facts.context().grayLabel(), name);
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

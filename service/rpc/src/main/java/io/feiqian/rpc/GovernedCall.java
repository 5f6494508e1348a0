package io.feiqian.rpc;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.feiqian.governance.Call;
import io.feiqian.governance.Priority;
import io.feiqian.rpc.spi.CallFacts;
import io.grpc.MethodDescriptor;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** What policies see of a call over gRPC; everything is read only where a policy asks. */
final class GovernedCall implements Call {
    private static final String GRAY = "gray";

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
     * The label that travels: {@code name=value,name=value}, or one value that is named gray; and
     * the channel of the trace number, where there is one.
     */
    @Override
    public String label(String name) {
        if (name.equals(CHANNEL)) {
            return facts.context()
                    .trace()
                    .map(trace -> Integer.toString(trace.channel()))
                    .orElse("");
        }
        String all = facts.context().grayLabel();
        if (all.indexOf('=') < 0) {
            return name.equals(GRAY) ? all : "";
        }
        for (String each : all.split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0 && each.substring(0, equals).equals(name)) {
                return each.substring(equals + 1);
            }
        }
        return "";
    }

    /** A field of the request by its path in the contract, such as {@code payer.account}. */
    @Override
    public String parameter(String name) {
        return facts.request()
                .map(request -> text(request, List.of(name.split("\\.")).iterator()))
                .orElse("");
    }

    private static String text(Message message, Iterator<String> path) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(path.next());
        if (field == null || field.isRepeated()) {
            return "";
        }
        Object value = message.getField(field);
        if (path.hasNext()) {
            return value instanceof Message inner ? text(inner, path) : "";
        }
        return switch (field.getJavaType()) {
            case MESSAGE, BYTE_STRING -> "";
            case ENUM -> value instanceof EnumValueDescriptor known ? known.getName() : "";
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING -> value.toString();
        };
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

package io.feiqian.gateway;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.routing.SlotRule;
import io.feiqian.rpc.Target;
import io.feiqian.rpc.contract.ShardKey;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a service's request of an HTTP request: path, query and body, strictly; and finds the slot
 * it is routed by. Thread-safe.
 */
final class RequestReader {
    private final RequestJson json;

    RequestReader(GatewayConfig config) {
        this.json = new RequestJson(config.maxBodyBytes(), config.maxJsonDepth());
    }

    /**
     * The request.
     *
     * @throws RefusedException where anything is not what it should be
     */
    DynamicMessage read(ApiMethod method, Map<String, String> variables, HttpQuestion question) {
        DynamicMessage.Builder request = DynamicMessage.newBuilder(method.request());
        if (method.bodyIsRequest()) {
            requireJson(question);
            json.read(question.body().toByteArray(), request);
        } else if (!question.body().isEmpty()) {
            throw refused("body: %d bytes (expected: none)".formatted(question.body().size()));
        }
        readQuery(method, question, request);
        variables.forEach((name, value) -> putVariable(method, name, value, request));
        return request.build();
    }

    /**
     * The request with the trace number that its idempotency key stands for, where it has one
     * (decision 0051).
     *
     * @param caller whose key it is
     * @throws RefusedException where the key cannot stand for a trace number
     */
    static DynamicMessage keyed(
            ApiMethod method, DynamicMessage request, HttpQuestion question, String caller) {
        Optional<IdempotencyKey> key = IdempotencyKey.of(question);
        if (key.isEmpty() || !method.changes() || method.traceNumber().isEmpty()) {
            return request;
        }
        FieldDescriptor field = method.traceNumber().get();
        ApiMethod.Home home =
                method.home()
                        .orElseThrow(() ->
                                refused(
                                        "Idempotency-Key: of no use for %s (expected: trace_number, since only"
                                                        .formatted(method.name())
                                                + " the client knows the slot that pays)"));
        Slot slot = slot(home, request, key.get(), caller);
        String trace = key.get().traceNumber(caller, slot).toString();
        String beside = String.valueOf(request.getField(field));
        if (!beside.isEmpty() && !beside.equals(trace)) {
            throw refused(
                    "trace_number: another than the Idempotency-Key stands for (expected: %s, or none)"
                            .formatted(trace));
        }
        return request.toBuilder().setField(field, trace).build();
    }

    private static Slot slot(
            ApiMethod.Home home, DynamicMessage request, IdempotencyKey key, String caller) {
        if (home.field().isEmpty()) {
            return key.slot(caller);
        }
        FieldDescriptor field = home.field().get();
        String value = String.valueOf(request.getField(field));
        if (value.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.MISSING_FIELD,
                    field.getName()
                            + ": missing (expected: a value, which says where its"
                            + " Idempotency-Key is at home)");
        }
        return home.rule() == ShardKey.Rule.HASH
                ? SlotRule.hash().slot(value)
                : digits(field, value);
    }

    /** The trace number that the request carries; a change must have one where there is a field. */
    static Optional<TraceNumber> traceNumber(ApiMethod method, DynamicMessage request) {
        Optional<String> text =
                method.traceNumber()
                        .map(field -> String.valueOf(request.getField(field)))
                        .filter(value -> !value.isEmpty());
        if (text.isEmpty() && method.changes() && method.traceNumber().isPresent()) {
            throw new RefusedException(
                    OutcomeCode.MISSING_FIELD,
                    "trace_number: missing (expected: 33 digits; GET /v1/trace-number?account=…"
                            + " hands one out; or, where the route allows it, an Idempotency-Key)");
        }
        return text.map(TraceNumber::parse);
    }

    /** Where the request goes. */
    static Target target(ApiMethod method, DynamicMessage request) {
        if (method.shardKey().isEmpty()) {
            return new Target.Any();
        }
        FieldDescriptor field = method.shardKey().get();
        String key = String.valueOf(request.getField(field));
        if (key.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.MISSING_FIELD,
                    field.getName() + ": missing (expected: a value, which says the cell)");
        }
        return switch (method.rule()) {
            case TRACE_NUMBER -> new Target.OwnerOf(TraceNumber.parse(key).home());
            case HASH -> new Target.OwnerOf(SlotRule.hash().slot(key));
            case DIGITS -> new Target.OwnerOf(digits(field, key));
            case ANY, UNRECOGNIZED -> new Target.Any();
        };
    }

    private static Slot digits(FieldDescriptor field, String key) {
        try {
            return SlotRule.digits().slot(key);
        } catch (RefusedException unreadable) {
            boolean account = field.getName().endsWith("account");
            throw new RefusedException(
                    account ? OutcomeCode.INVALID_ACCOUNT_NUMBER : OutcomeCode.MALFORMED_REQUEST,
                    "%s: \"%s\" (expected: a number that begins with four digits of its slot)"
                            .formatted(field.getName(), FieldValues.shortened(key)),
                    unreadable);
        }
    }

    private static void requireJson(HttpQuestion question) {
        String type = question.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        String bare = type.split(";", 2)[0].strip();
        if (!bare.equals(HttpAnswer.JSON) || question.isRepeated("content-type")) {
            throw new UnsupportedMediaException(
                    "content-type: \"%s\" (expected: application/json)"
                            .formatted(FieldValues.shortened(type)));
        }
    }

    private static void readQuery(
            ApiMethod method, HttpQuestion question, DynamicMessage.Builder request) {
        if (question.query().isEmpty()) {
            return;
        }
        parameters(question.query())
                .forEach((name, values) -> putParameter(method, name, values, request));
    }

    static Map<String, List<String>> parameters(String query) {
        try {
            return new QueryStringDecoder("?" + query, true).parameters();
        } catch (IllegalArgumentException wrong) {
            throw refused("query: " + wrong.getMessage());
        }
    }

    private static void putParameter(
            ApiMethod method, String name, List<String> values, DynamicMessage.Builder request) {
        FieldDescriptor field =
                method.bodyIsRequest() ? null : FieldValues.find(method.request(), name);
        if (field == null || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            throw refused(
                    "unknown parameter \"%s\" (expected: %s)"
                            .formatted(
                                    FieldValues.shortened(name),
                                    method.bodyIsRequest()
                                            ? "none, the body is the request"
                                            : "one of " + FieldValues.names(method.request())));
        }
        if (field.isRepeated()) {
            values.forEach(
                    value -> request.addRepeatedField(field, FieldValues.parse(field, value)));
        } else if (values.size() > 1) {
            throw refused("parameter \"" + name + "\": twice (expected: once)");
        } else if (!values.getFirst().isEmpty()) {
            request.setField(field, FieldValues.parse(field, values.getFirst()));
        }
    }

    private static void putVariable(
            ApiMethod method, String name, String value, DynamicMessage.Builder request) {
        FieldDescriptor field = method.request().findFieldByName(name);
        String already = String.valueOf(request.getField(field));
        if (!already.isEmpty() && !already.equals(value)) {
            throw refused(
                    "%s: \"%s\" beside \"%s\" in the path (expected: the same, or none)"
                            .formatted(
                                    name,
                                    FieldValues.shortened(already),
                                    FieldValues.shortened(value)));
        }
        request.setField(field, value);
    }

    private static RefusedException refused(String message) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message);
    }
}

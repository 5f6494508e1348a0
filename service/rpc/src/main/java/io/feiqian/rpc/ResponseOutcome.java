package io.feiqian.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;

/**
 * The field {@code outcome} that every response has, read without knowing the response's type.
 *
 * @param outcome how the request ended
 * @param recorded whether this is the recorded answer of an earlier call
 * @param routeMapVersion with WRONG_CELL, the version the answering cell knows; else 0
 */
public record ResponseOutcome(Outcome outcome, boolean recorded, long routeMapVersion) {
    private static final String FIELD = "outcome";

    /** Reads it; a response without the field says that nothing was wrong. */
    public static ResponseOutcome of(Message response) {
        FieldDescriptor field = response.getDescriptorForType().findFieldByName(FIELD);
        if (field == null || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return new ResponseOutcome(Outcome.accepted(), false, 0);
        }
        Object value = response.getField(field);
        if (value instanceof io.feiqian.rpc.contract.Outcome known) {
            return of(
                    known.getCode(),
                    known.getMessage(),
                    known.getRecorded(),
                    known.getRouteMapVersion());
        }
        Message other = (Message) value;
        Descriptor type = other.getDescriptorForType();
        return of(
                number(other, type, "code").intValue(),
                String.valueOf(other.getField(type.findFieldByName("message"))),
                Boolean.TRUE.equals(other.getField(type.findFieldByName("recorded"))),
                number(other, type, "route_map_version").longValue());
    }

    private static ResponseOutcome of(
            int code, String message, boolean recorded, long routeMapVersion) {
        OutcomeCode known = OutcomeCode.ofNumber(code);
        return new ResponseOutcome(Outcome.of(known, message), recorded, routeMapVersion);
    }

    private static Number number(Message message, Descriptor type, String field) {
        return (Number) message.getField(type.findFieldByName(field));
    }

    /** An outcome as the field of a response. */
    public static io.feiqian.rpc.contract.Outcome toContract(Outcome outcome, boolean recorded) {
        return io.feiqian.rpc.contract.Outcome.newBuilder()
                .setCode(outcome.code().number())
                .setName(outcome.code().name())
                .setMessage(outcome.message())
                .setRecorded(recorded)
                .build();
    }
}

package io.feiqian.rpc;

import io.feiqian.balancing.Ending;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.Status;

/** What a gRPC status that carries no code of ours says of the call, and of the instance. */
final class StatusOutcome {
    private StatusOutcome() {}

    /** What it says of the instance, where the request was sent. */
    static Ending ending(Status.Code code) {
        return switch (code) {
            case OK,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    UNAUTHENTICATED ->
                    Ending.ANSWERED;
            case CANCELLED -> Ending.ABANDONED;
            case UNKNOWN,
                    DEADLINE_EXCEEDED,
                    RESOURCE_EXHAUSTED,
                    ABORTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS ->
                    Ending.FAILED;
        };
    }

    /** The nearest code of ours for a status that is the service's own answer. */
    static OutcomeCode code(Status.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, OUT_OF_RANGE ->
                    OutcomeCode.MALFORMED_REQUEST;
            case PERMISSION_DENIED -> OutcomeCode.NOT_PERMITTED;
            case UNAUTHENTICATED -> OutcomeCode.UNAUTHENTICATED;
            case UNIMPLEMENTED -> OutcomeCode.METHOD_NOT_ALLOWED;
            case OK,
                    CANCELLED,
                    UNKNOWN,
                    DEADLINE_EXCEEDED,
                    RESOURCE_EXHAUSTED,
                    ABORTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS ->
                    OutcomeCode.INTERNAL_ERROR;
        };
    }
}

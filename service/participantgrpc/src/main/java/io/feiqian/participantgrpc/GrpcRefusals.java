package io.feiqian.participantgrpc;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Refusals as gRPC carries them: the nearest status, with the stable code and the message in the
 * trailers, under the keys that the platform's own calls use.
 */
public final class GrpcRefusals {
    /** The trailer with the stable number of the {@link OutcomeCode}. */
    public static final Metadata.Key<String> CODE =
            Metadata.Key.of("feiqian-code", Metadata.ASCII_STRING_MARSHALLER);

    /** The trailer with the message in UTF-8. */
    public static final Metadata.Key<byte[]> MESSAGE =
            Metadata.Key.of("feiqian-message-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private GrpcRefusals() {}

    /** What a method ends with where a branch is refused. */
    public static StatusRuntimeException exception(Outcome.Refused refusal) {
        return status(refusal).asRuntimeException(trailers(refusal));
    }

    /** The refusal that a call ended with; empty where the status is the network's own. */
    public static Optional<Outcome.Refused> read(StatusRuntimeException failed) {
        Metadata trailers = failed.getTrailers();
        String number = trailers == null ? null : trailers.get(CODE);
        if (trailers == null || number == null || !number.matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        byte[] message = trailers.get(MESSAGE);
        String text = message == null ? "" : new String(message, StandardCharsets.UTF_8);
        return Outcome.of(OutcomeCode.ofNumber(Integer.parseInt(number)), text)
                        instanceof Outcome.Refused refused
                ? Optional.of(refused)
                : Optional.empty();
    }

    /**
     * Makes a call and answers what became of the branch, for {@code TransactionScope.call}: what
     * the call returned where it was accepted, its refusal where it was refused, and unknown where
     * nothing was heard.
     */
    public static BranchAnswer answer(Supplier<Content> call) {
        try {
            return new BranchAnswer(Outcome.accepted(), call.get(), false);
        } catch (StatusRuntimeException failed) {
            Optional<Outcome.Refused> refusal = read(failed);
            Outcome outcome =
                    refusal.isPresent()
                            ? refusal.get()
                            : new Outcome.Unknown("no answer: " + failed.getStatus());
            return new BranchAnswer(outcome, Content.EMPTY, false);
        }
    }

    static Metadata trailers(Outcome.Refused refusal) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, Integer.toString(refusal.code().number()));
        trailers.put(MESSAGE, refusal.message().getBytes(StandardCharsets.UTF_8));
        return trailers;
    }

    static Status status(Outcome.Refused refusal) {
        return nearest(refusal.code()).withDescription(refusal.code() + ": " + refusal.message());
    }

    private static Status nearest(OutcomeCode code) {
        return switch (code) {
            case FORGED_CONTEXT, UNAUTHENTICATED -> Status.UNAUTHENTICATED;
            case DEADLINE_EXPIRED -> Status.DEADLINE_EXCEEDED;
            case OVERLOADED -> Status.RESOURCE_EXHAUSTED;
            case UNKNOWN_PATH -> Status.UNIMPLEMENTED;
            default ->
                    switch (code.kind()) {
                        case INVALID -> Status.INVALID_ARGUMENT;
                        case NOT_FOUND -> Status.NOT_FOUND;
                        case BUSINESS, CONFLICT -> Status.FAILED_PRECONDITION;
                        case ROUTING, UNAVAILABLE -> Status.UNAVAILABLE;
                        case ACCEPTED, UNKNOWN, FAULT -> Status.INTERNAL;
                    };
        };
    }
}

package io.feiqian.rpc;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A refusal that was made before the service could answer with its own response: a gRPC status,
 * with our code in the trailers. It always means that the service has not begun.
 */
public final class Refusals {
    static final Metadata.Key<String> CODE =
            Metadata.Key.of("feiqian-code", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<byte[]> MESSAGE =
            Metadata.Key.of("feiqian-message-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private Refusals() {}

    /** The trailers that carry this refusal. */
    public static Metadata trailers(Outcome.Refused refusal) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, Integer.toString(refusal.code().number()));
        trailers.put(MESSAGE, refusal.message().getBytes(StandardCharsets.UTF_8));
        return trailers;
    }

    /** The gRPC status that is nearest to this refusal. */
    public static Status status(Outcome.Refused refusal) {
        Status status =
                switch (refusal.code().kind()) {
                    case INVALID ->
                            refusal.code() == OutcomeCode.UNAUTHENTICATED
                                    ? Status.UNAUTHENTICATED
                                    : Status.INVALID_ARGUMENT;
                    case NOT_FOUND -> Status.NOT_FOUND;
                    case BUSINESS, CONFLICT -> Status.FAILED_PRECONDITION;
                    case ROUTING, UNAVAILABLE -> Status.UNAVAILABLE;
                    case ACCEPTED, UNKNOWN, FAULT -> Status.INTERNAL;
                };
        return status.withDescription(refusal.code() + ": " + refusal.message());
    }

    /** The refusal in these trailers; empty where the status is the network's own. */
    public static Optional<Outcome.Refused> read(@Nullable Metadata trailers) {
        String number = trailers == null ? null : trailers.get(CODE);
        if (trailers == null || number == null || !number.matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        OutcomeCode code = OutcomeCode.ofNumber(Integer.parseInt(number));
        byte[] message = trailers.get(MESSAGE);
        String text = message == null ? "" : new String(message, StandardCharsets.UTF_8);
        return Outcome.of(code, text) instanceof Outcome.Refused refused
                ? Optional.of(refused)
                : Optional.empty();
    }
}

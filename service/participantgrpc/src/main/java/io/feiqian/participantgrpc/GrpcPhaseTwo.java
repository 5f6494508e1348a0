package io.feiqian.participantgrpc;

import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.SignedChannel;
import io.feiqian.participant.SignedEndpoint;
import io.feiqian.participant.SignedMessage;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.participant.spi.SignedTransport;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Phase two over gRPC: the unary method {@code feiqian.PhaseTwo/Send} of a signed message and a
 * signed answer, as bytes. Row: P6.3.2-b.
 */
public final class GrpcPhaseTwo {
    /** The service's name. */
    public static final String SERVICE = "feiqian.PhaseTwo";

    /**
     * Orders are divided above so many bytes, so that a server that was configured in no way takes
     * them: gRPC's own bound is 4 MiB.
     */
    static final int LONGEST_BODY = 3 * 1024 * 1024;

    private static final int LONGEST_ANSWER = 4 * 1024 * 1024;

    private GrpcPhaseTwo() {}

    /**
     * Services reach each other's {@link #service}.
     *
     * @param channels where a service of a name is now; must not block
     * @param keys what signs, and what answers must be signed with
     * @param timeout how long one answer is waited for
     */
    public static ServiceChannel channel(
            Function<String, Channel> channels, ContextKeys keys, Duration timeout) {
        return new SignedChannel(new Transport(channels, timeout), keys, LONGEST_BODY);
    }

    /**
     * What others' phase two finds at a service, for its server. Blocks threads of the server's
     * executor. Where single contents may be longer than the server's {@code
     * maxInboundMessageSize}, that is to be raised with {@code TransactionSettings.mostContent}.
     */
    public static ServerServiceDefinition service(SignedEndpoint endpoint) {
        MethodDescriptor<String, String> method =
                method(endpoint.longestBody() + SignedMessage.LONGEST_HEAD);
        return ServerServiceDefinition.builder(
                        ServiceDescriptor.newBuilder(SERVICE).addMethod(method).build())
                .addMethod(
                        method,
                        ServerCalls.asyncUnaryCall(
                                (text, answers) -> answer(endpoint, text, answers)))
                .build();
    }

    private static void answer(
            SignedEndpoint endpoint, String text, StreamObserver<String> answers) {
        SignedEndpoint.Answer answer;
        try {
            answer = endpoint.answer(SignedMessage.read(text));
        } catch (RefusedException malformed) {
            answers.onError(GrpcRefusals.exception(malformed.outcome()));
            return;
        }
        if (answer.outcome() instanceof Outcome.Refused refused) {
            answers.onError(GrpcRefusals.exception(refused));
        } else {
            answers.onNext(answer.text());
            answers.onCompleted();
        }
    }

    private static MethodDescriptor<String, String> method(int longestRequest) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Send"))
                .setRequestMarshaller(new BoundedText(longestRequest))
                .setResponseMarshaller(new BoundedText(LONGEST_ANSWER))
                .setIdempotent(true)
                .build();
    }

    /** A text in UTF-8, read up to a bound. */
    private static final class BoundedText implements Marshaller<String> {
        private final int longest;

        BoundedText(int longest) {
            this.longest = longest;
        }

        @Override
        public InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            byte[] bytes;
            try {
                bytes = stream.readNBytes(longest + 1);
            } catch (IOException torn) {
                throw Status.INTERNAL.withCause(torn).asRuntimeException();
            }
            if (bytes.length > longest) {
                throw GrpcRefusals.exception(
                        new Outcome.Refused(
                                OutcomeCode.BODY_TOO_LARGE,
                                "message: longer (expected: at most " + longest + " bytes)"));
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static final class Transport implements SignedTransport {
        private static final MethodDescriptor<String, String> METHOD =
                method(Integer.MAX_VALUE - 1);

        private final Function<String, Channel> channels;
        private final Duration timeout;

        Transport(Function<String, Channel> channels, Duration timeout) {
            this.channels = channels;
            this.timeout = timeout;
        }

        @Override
        public CompletableFuture<String> send(String service, SignedMessage message) {
            CallOptions options =
                    CallOptions.DEFAULT.withDeadlineAfter(
                            timeout.toMillis(), TimeUnit.MILLISECONDS);
            Answered answered = new Answered(service);
            // Not in the context of the call that decided: it may end before this one does.
            Context.ROOT.run(() ->
                    ClientCalls.asyncUnaryCall(
                            channels.apply(service).newCall(METHOD, options),
                            message.text(),
                            answered));
            return answered.answer;
        }
    }

    private static final class Answered implements StreamObserver<String> {
        private final String service;
        private final CompletableFuture<String> answer = new CompletableFuture<>();
        private Optional<String> text = Optional.empty();

        Answered(String service) {
            this.service = service;
        }

        @Override
        public void onNext(String value) {
            text = Optional.of(value);
        }

        @Override
        public void onError(Throwable failed) {
            answer.completeExceptionally(failed);
        }

        @Override
        public void onCompleted() {
            if (text.isPresent()) {
                answer.complete(text.get());
            } else {
                answer.completeExceptionally(
                        new IllegalStateException(service + ": no answer (expected: one)"));
            }
        }
    }
}

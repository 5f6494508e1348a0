package io.feiqian.participantgrpc;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.Content;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.SignedEndpoint;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.TransactionScope;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.AbstractBlockingStub;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** What the page on services shows of gRPC, so that the build compiles it and the tests run it. */
final class GrpcSnippets {
    private GrpcSnippets() {}

    static Server serve(
            ServerBuilder<?> builder, GlobalTransactions service, ContextKeys keys, Credits credits)
            throws IOException {
        Server server =
                builder.addService(GrpcPhaseTwo.service(new SignedEndpoint(service, keys)))
                        .addService(credits)
                        .intercept(GrpcContext.server(keys))
                        .build()
                        .start();
        return server;
    }

    static ServiceChannel channel(Function<String, Channel> channels, ContextKeys keys) {
        ServiceChannel channel = GrpcPhaseTwo.channel(channels, keys, Duration.ofSeconds(5));
        return channel;
    }

    static CreditsStub stub(Channel accounts, ContextKeys keys) {
        CreditsStub stub =
                new CreditsStub(ClientInterceptors.intercept(accounts, GrpcContext.client(keys)));
        return stub;
    }

    static BranchAnswer call(TransactionScope scope, CreditsStub stub, Content order) {
        return scope.call(
                "accounts",
                order,
                context ->
                        GrpcRefusals.answer(() ->
                                stub.withOption(GrpcContext.BRANCH, Optional.of(context))
                                        .credit(order)));
    }

    static TransactionAnswer transfer(
            GlobalTransactions payments, TransactionOrder order, CreditsStub stub)
            throws SQLException {
        return payments.execute(
                order,
                scope -> {
                    call(scope, stub, order.content());
                    scope.own(connection -> {
                        TwoDatabases.debit(connection, Long.parseLong(order.content().text()));
                        return Content.ofText("paid");
                    });
                });
    }

    /** A service of the user's own, whose method would be generated as its stub would be. */
    static final class Credits implements BindableService {
        private final GlobalTransactions accounts;

        Credits(GlobalTransactions accounts) {
            this.accounts = accounts;
        }

        @Override
        public ServerServiceDefinition bindService() {
            return ServerServiceDefinition.builder("test.Credits")
                    .addMethod(CreditsStub.CREDIT, ServerCalls.asyncUnaryCall(this::credit))
                    .build();
        }

        private void credit(Content order, StreamObserver<Content> answers) {
            Optional<BranchContext> branch = GrpcContext.current();
            if (branch.isEmpty()) {
                answers.onError(
                        GrpcRefusals.exception(
                                new Outcome.Refused(
                                        OutcomeCode.MALFORMED_CONTEXT,
                                        "call: of no transaction (expected: its context)")));
                return;
            }
            BranchAnswer answer;
            try {
                answer = accounts.branches().tcc(branch.get(), "credit", order);
            } catch (SQLException failed) {
                answers.onError(Status.UNAVAILABLE.withCause(failed).asRuntimeException());
                return;
            }
            if (answer.outcome() instanceof Outcome.Refused refused) {
                answers.onError(GrpcRefusals.exception(refused));
            } else {
                answers.onNext(answer.answer());
                answers.onCompleted();
            }
        }
    }

    /** Stands for a generated stub. */
    static final class CreditsStub extends AbstractBlockingStub<CreditsStub> {
        static final MethodDescriptor<Content, Content> CREDIT =
                MethodDescriptor.<Content, Content>newBuilder()
                        .setType(MethodType.UNARY)
                        .setFullMethodName("test.Credits/Credit")
                        .setRequestMarshaller(new Contents())
                        .setResponseMarshaller(new Contents())
                        .build();

        CreditsStub(Channel channel) {
            super(channel, CallOptions.DEFAULT);
        }

        private CreditsStub(Channel channel, CallOptions options) {
            super(channel, options);
        }

        @Override
        protected CreditsStub build(Channel channel, CallOptions options) {
            return new CreditsStub(channel, options);
        }

        Content credit(Content order) {
            return ClientCalls.blockingUnaryCall(getChannel(), CREDIT, getCallOptions(), order);
        }
    }

    private static final class Contents implements MethodDescriptor.Marshaller<Content> {
        @Override
        public InputStream stream(Content value) {
            return new ByteArrayInputStream(value.bytes());
        }

        @Override
        public Content parse(InputStream stream) {
            try {
                return Content.ofText(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException torn) {
                throw Status.INTERNAL.withCause(torn).asRuntimeException();
            }
        }
    }
}

package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of a server, what it tells its handlers, and whom it lets in. */
class RpcServerTest {
    private static final TraceNumber TRACE = TraceNumber.parse("202601310001999000000000000000007");

    @TempDir private Path folder;
    private final List<RpcServer> servers = new ArrayList<>();
    private final Channels channels = new Channels(RpcClientConfig.DEFAULT);

    @AfterEach
    void close() {
        channels.close();
        servers.forEach(each -> each.stop(Duration.ZERO));
    }

    @Requirement("D6.4-e")
    @Test
    void everythingInTheContextReachesTheHandler() {
        Handler handler = new Handler();
        RequestContext sent =
                new RequestContext(
                        Optional.of(TRACE),
                        new SubNumber(3),
                        Optional.of(new Slot(1)),
                        Optional.of(new Epoch(9)),
                        Deadline.after(Duration.ofSeconds(20), Clock.system()),
                        "gray-1",
                        "tenant-1",
                        Optional.of(TRACE),
                        "Frau Müller",
                        "飞钱: corrected by hand");
        Metadata headers = new Metadata();
        CallHeaders.write(sent, headers);

        echo(serve(handler), headers).withDeadlineAfter(20, TimeUnit.SECONDS).say(hello());

        CallContext seen = handler.contexts.getFirst();
        assertThat(RequestContext.copyOf(seen).withDeadline(sent.deadline())).isEqualTo(sent);
        assertThat(seen.deadline().remaining())
                .isBetween(Duration.ofMillis(1), Duration.ofSeconds(20));
    }

    @Test
    void aCallWithoutDeadlineHasTheConfiguredOne() {
        Handler handler = new Handler();

        echo(serve(handler), new Metadata()).say(hello());

        assertThat(handler.contexts.getFirst().deadline().remaining())
                .isBetween(Duration.ofMillis(1), Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource({
        "feiqian-trace, 12, INVALID_TRACE_NUMBER",
        "feiqian-trace, '', INVALID_TRACE_NUMBER",
        "feiqian-slot, 10000, MALFORMED_REQUEST",
        "feiqian-slot, x, MALFORMED_REQUEST",
        "feiqian-slot, -1, MALFORMED_REQUEST",
        "feiqian-epoch, 0, MALFORMED_REQUEST",
        "feiqian-epoch, 99999999999999999999, MALFORMED_REQUEST",
        "feiqian-sub, 99999, MALFORMED_REQUEST",
        "feiqian-gray, a b, MALFORMED_REQUEST",
        "feiqian-gray, a=b=c, MALFORMED_REQUEST",
        "feiqian-gray, a=, MALFORMED_REQUEST",
        "feiqian-transaction, 1, INVALID_TRACE_NUMBER",
    })
    void aMalformedContextIsRefusedBeforeTheHandler(String name, String value, OutcomeCode code) {
        Handler handler = new Handler();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);

        assertThat(refusal(echo(serve(handler), headers)).code()).isEqualTo(code);
        assertThat(handler.contexts).isEmpty();
    }

    @Test
    void aHeaderThatComesTwiceIsRefused() {
        Metadata headers = new Metadata();
        headers.put(CallHeaders.SLOT, "1");
        headers.put(CallHeaders.SLOT, "2");

        assertThat(refusal(echo(serve(new Handler()), headers)).message())
                .contains("feiqian-slot", "one value");
    }

    @Requirement("P6.2.2.3-a")
    @Test
    void aServerIsRegisteredOnlyWhenItIsReady() {
        Diary diary = new Diary();
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .registration(diary)
                        .add(new Handler())
                        .build()
                        .start();
        servers.add(server);

        assertThat(health(server)).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(diary.entries).isEmpty();

        server.ready();

        assertThat(health(server)).isEqualTo(ServingStatus.SERVING);
        assertThat(diary.entries).containsExactly("registered " + server.port());
    }

    @Requirement("P6.2.2.5-i")
    @Test
    void nobodyReachesAServerBeforeItIsWarm() {
        Diary diary = new Diary();
        Handler handler = new Handler();
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .registration(diary)
                        .add(handler)
                        .warmUp("connections", () -> diary.entries.add("connected"))
                        .warmUp("cache", () -> diary.entries.add("filled"))
                        .build();
        servers.add(server);
        diary.entries.add("port " + server.port());

        server.start().ready();

        assertThat(diary.entries)
                .containsExactly("port 0", "connected", "filled", "registered " + server.port());
        assertThat(echo(server, new Metadata()).say(hello()).getText()).isEqualTo("hello");
    }

    @Requirement("P6.2.2.5-i")
    @Test
    void aServerThatCannotWarmUpIsNeverReached() {
        int port = serve(new Handler()).port();
        servers.removeLast().stop(Duration.ZERO);
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(port), Clock.system())
                        .add(new Handler())
                        .warmUp(
                                "cache",
                                () -> {
                                    throw new IOException("the rates are not there");
                                })
                        .build();

        assertThatThrownBy(server::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("warm-up cache failed: the rates are not there");
        assertThat(serve(new Handler(), port).port()).isEqualTo(port);
    }

    @Requirement({"P6.2.2.6-a", "P6.2.2.6-b", "P6.2.2.6-c"})
    @Test
    void aServerThatStopsDeregistersFirstThenRefusesThenFinishesWhatItHas() {
        Handler handler = new Handler();
        CompletableFuture<Void> mayAnswer = new CompletableFuture<>();
        handler.mayAnswer = mayAnswer;
        Diary diary = new Diary();
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .registration(diary)
                        .add(handler)
                        .build()
                        .start();
        server.ready();
        var stub = echo(server, new Metadata());
        // Still answered: those who learn late that it goes must not fail.
        diary.onDeregister = () -> diary.entries.add("answered " + stub.say(hello()).getText());
        CompletableFuture<SayResponse> inFlight =
                CompletableFuture.supplyAsync(() -> stub.say(hello()), Thread::startVirtualThread);
        while (handler.contexts.isEmpty()) {
            Thread.onSpinWait();
        }
        handler.mayAnswer = CompletableFuture.completedFuture(null);
        CompletableFuture<Boolean> stopped =
                CompletableFuture.supplyAsync(
                        () -> server.stop(Duration.ofSeconds(20)), Thread::startVirtualThread);

        Outcome refused = refusalOnceStopping(stub);
        assertThat(refused.code()).isEqualTo(OutcomeCode.SHUTTING_DOWN);
        assertThat(inFlight).isNotDone();
        assertThat(stopped).isNotDone();
        mayAnswer.complete(null);

        assertThat(inFlight.join().getText()).isEqualTo("hello");
        assertThat(stopped.join()).isTrue();
        assertThat(diary.entries)
                .containsExactly("registered " + server.port(), "deregistered", "answered hello");
    }

    @Test
    void aCallThatNeverEndsDoesNotHoldAServerForEver() {
        Handler handler = new Handler();
        handler.mayAnswer = new CompletableFuture<>();
        RpcServer server = serve(handler);
        var stub = echo(server, new Metadata());
        var lost =
                CompletableFuture.supplyAsync(() -> stub.say(hello()), Thread::startVirtualThread);
        while (handler.contexts.isEmpty()) {
            Thread.onSpinWait();
        }

        assertThat(server.stop(Duration.ofMillis(50))).isFalse();
        assertThat(lost).failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void moreCallsThanTheBoundAreOverloaded() {
        Handler handler = new Handler();
        handler.mayAnswer = new CompletableFuture<>();
        RpcServerConfig usual = RpcServerConfig.loopback(0);
        RpcServer server =
                RpcServer.builder(
                                new RpcServerConfig(
                                        usual.host(),
                                        0,
                                        usual.maxMessageBytes(),
                                        usual.maxHeaderBytes(),
                                        usual.defaultDeadline(),
                                        usual.keepAlive(),
                                        usual.keepAliveTimeout(),
                                        1,
                                        Optional.empty()),
                                Clock.system())
                        .add(handler)
                        .build()
                        .start();
        servers.add(server);
        var stub = echo(server, new Metadata());
        var first =
                CompletableFuture.supplyAsync(() -> stub.say(hello()), Thread::startVirtualThread);
        while (handler.contexts.isEmpty()) {
            Thread.onSpinWait();
        }

        assertThat(refusal(stub).code()).isEqualTo(OutcomeCode.OVERLOADED);
        handler.mayAnswer.complete(null);
        assertThat(first.join().getText()).isEqualTo("hello");
    }

    @Test
    void whatIsForOperatorsNeedsTokenOperatorAndReason() {
        AdminToken token = AdminToken.obtain(Secrets.in(folder, Randomness.seeded(1)));
        Handler handler = new Handler();
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .adminToken(token)
                        .add(handler)
                        .build()
                        .start();
        servers.add(server);

        assertThat(command(server, new Metadata())).isEqualTo(OutcomeCode.UNAUTHENTICATED);
        assertThat(command(server, CallHeaders.ofOperator("guess", "me", "why")))
                .isEqualTo(OutcomeCode.UNAUTHENTICATED);
        assertThat(command(server, CallHeaders.ofOperator(token.reveal(), "me", "")))
                .isEqualTo(OutcomeCode.OPERATOR_REQUIRED);
        assertThat(handler.contexts).isEmpty();

        SayResponse response =
                echo(server, CallHeaders.ofOperator(token.reveal(), "me", "why")).command(hello());

        assertThat(response.getText()).isEqualTo("hello");
        assertThat(handler.contexts.getFirst().operator()).isEqualTo("me");
    }

    @Test
    void aDrainedServerRefusesNewCallsFinishesThoseInFlightAndServesAgainOnceResumed() {
        Handler handler = new Handler();
        handler.mayAnswer = new CompletableFuture<>();
        Diary diary = new Diary();
        Intake intake = new Intake();
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .add(handler)
                        .registration(diary)
                        .intake(intake)
                        .build()
                        .start();
        servers.add(server);
        server.ready();
        var stub = echo(server, new Metadata());
        var inFlight =
                CompletableFuture.supplyAsync(() -> stub.say(hello()), Thread::startVirtualThread);
        while (handler.contexts.isEmpty()) {
            Thread.onSpinWait();
        }

        server.drain();

        assertThat(refusal(stub).code()).isEqualTo(OutcomeCode.SHUTTING_DOWN);
        assertThat(health(server)).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(intake.inFlight()).isEqualTo(1);
        handler.mayAnswer.complete(null);
        assertThat(inFlight.join().getText()).isEqualTo("hello");
        while (intake.inFlight() > 0) {
            Thread.onSpinWait();
        }
        assertThat(handler.contexts).hasSize(1);

        server.resume();

        assertThat(stub.say(hello()).getText()).isEqualTo("hello");
        assertThat(health(server)).isEqualTo(ServingStatus.SERVING);
        assertThat(diary.entries)
                .containsExactly("registered " + server.port(), "draining true", "draining false");
    }

    @Test
    void operatorsAreServedWhileItIsDrained() {
        AdminToken token = AdminToken.obtain(Secrets.in(folder, Randomness.seeded(1)));
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .adminToken(token)
                        .addAdmin(new Handler())
                        .build()
                        .start();
        servers.add(server);
        server.drain();

        assertThat(
                        echo(server, CallHeaders.ofOperator(token.reveal(), "", ""))
                                .say(hello())
                                .getText())
                .isEqualTo("hello");
    }

    @Test
    void aWholeServiceCanBeForThoseWithTheTokenOnly() {
        AdminToken token = AdminToken.obtain(Secrets.in(folder, Randomness.seeded(1)));
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .adminToken(token)
                        .addAdmin(new Handler())
                        .build()
                        .start();
        servers.add(server);

        assertThat(refusal(echo(server, new Metadata())).code())
                .isEqualTo(OutcomeCode.UNAUTHENTICATED);
        assertThat(
                        echo(server, CallHeaders.ofOperator(token.reveal(), "", ""))
                                .say(hello())
                                .getText())
                .isEqualTo("hello");
    }

    @Test
    void withoutATokenNobodyIsAnOperator() {
        RpcServer server = serve(new Handler());

        assertThat(command(server, CallHeaders.ofOperator("", "me", "why")))
                .isEqualTo(OutcomeCode.UNAUTHENTICATED);
    }

    @Test
    void aPortInUseIsNamed() {
        RpcServer first = serve(new Handler());
        RpcServer second =
                RpcServer.builder(RpcServerConfig.loopback(first.port()), Clock.system())
                        .add(new Handler())
                        .build();

        assertThatThrownBy(second::start)
                .hasMessageContaining(Integer.toString(first.port()))
                .hasMessageContaining("cannot be had");
    }

    /** Who is told of the server's life. */
    private static final class Diary implements Registration {
        private final List<String> entries = new CopyOnWriteArrayList<>();
        private volatile Runnable onDeregister = () -> {};

        @Override
        public void register(int port) {
            entries.add("registered " + port);
        }

        @Override
        public void deregister() {
            entries.add("deregistered");
            onDeregister.run();
        }

        @Override
        public void draining(boolean now) {
            entries.add("draining " + now);
        }
    }

    /** Answers with what it hears, when it may. */
    private static final class Handler extends EchoGrpc.EchoImplBase {
        private final List<CallContext> contexts = new CopyOnWriteArrayList<>();
        private volatile CompletableFuture<Void> mayAnswer =
                CompletableFuture.completedFuture(null);

        @Override
        public void say(SayRequest request, StreamObserver<SayResponse> answer) {
            CompletableFuture<Void> when = mayAnswer;
            contexts.add(CurrentCall.context());
            when.thenRun(
                            () -> {
                                answer.onNext(EchoCell.answer(request.getText()));
                                answer.onCompleted();
                            })
                    .exceptionally(fault -> {
                        answer.onError(fault);
                        return null;
                    });
        }

        @Override
        public void command(SayRequest request, StreamObserver<SayResponse> answer) {
            say(request, answer);
        }
    }

    private RpcServer serve(Handler handler) {
        return serve(handler, 0);
    }

    private RpcServer serve(Handler handler, int port) {
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(port), Clock.system())
                        .add(handler)
                        .build()
                        .start();
        servers.add(server);
        return server;
    }

    private EchoGrpc.EchoBlockingStub echo(RpcServer server, Metadata headers) {
        return EchoGrpc.newBlockingStub(
                ClientInterceptors.intercept(
                        channel(server), MetadataUtils.newAttachHeadersInterceptor(headers)));
    }

    private Channel channel(RpcServer server) {
        return channels.to(new Endpoint("server", "127.0.0.1", server.port()));
    }

    private ServingStatus health(RpcServer server) {
        return HealthGrpc.newBlockingStub(channel(server))
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }

    private OutcomeCode command(RpcServer server, Metadata headers) {
        return refused(() -> echo(server, headers).command(hello())).code();
    }

    private static Outcome.Refused refusal(EchoGrpc.EchoBlockingStub stub) {
        return refused(() -> stub.say(hello()));
    }

    private static Outcome.Refused refusalOnceStopping(EchoGrpc.EchoBlockingStub stub) {
        while (true) {
            try {
                SayResponse unused = stub.say(hello());
                assertThat(unused.getText()).isEqualTo("hello");
            } catch (StatusRuntimeException refused) {
                return Refusals.read(refused.getTrailers()).orElseThrow();
            }
        }
    }

    private static Outcome.Refused refused(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException refused) {
            return Refusals.read(refused.getTrailers()).orElseThrow();
        }
        throw new AssertionError("answered (expected: refused)");
    }

    private static SayRequest hello() {
        return SayRequest.newBuilder().setText("hello").build();
    }
}

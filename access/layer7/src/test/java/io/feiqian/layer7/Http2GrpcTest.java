package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.rpc.Refusals;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls of gRPC that pass through, with gRPC's own client and server at both ends. */
class Http2GrpcTest {
    private final GrpcShop service = new GrpcShop();
    private final List<Server> servers = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Optional<Http2Door> door = Optional.empty();
    private Optional<ManagedChannel> channel = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        open("", serve(), serve());
    }

    private int serve() throws IOException {
        servers.add(serve(0));
        return servers.getLast().getPort();
    }

    private Server serve(int port) throws IOException {
        return NettyServerBuilder.forPort(port).addService(service.definition()).build().start();
    }

    private void open(String route, int... backends) {
        door =
                Optional.of(
                        Http2Door.of(
                                "",
                                "\"protocol\": \"HTTP2\", \"slowStart\": \"0s\","
                                        + " \"ejection\": false",
                                route,
                                backends));
        channel =
                Optional.of(
                        NettyChannelBuilder.forAddress("127.0.0.1", door.orElseThrow().port())
                                .usePlaintext()
                                .build());
    }

    @AfterEach
    void stop() {
        close();
        servers.forEach(Server::shutdownNow);
        threads.shutdownNow();
    }

    private void close() {
        channel.ifPresent(ManagedChannel::shutdownNow);
        door.ifPresent(Http2Door::close);
    }

    @Requirement("S.gw-3")
    @Test
    void aCallAndItsAnswerPass() {
        assertThat(say("hello")).isEqualTo("hello you");
        assertThat(say("x".repeat(2_000_000))).hasSize(2_000_004);
    }

    @Test
    void whatTheServiceRefusesPassesWithItsWords() {
        assertThatThrownBy(() -> say("refuse"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> {
                            assertThat(refused.getStatus().getCode())
                                    .isEqualTo(Status.Code.NOT_FOUND);
                            assertThat(refused.getStatus().getDescription())
                                    .isEqualTo("nothing here: 无");
                        });
    }

    @Requirement("S.gw-3")
    @Test
    void bothWaysOfAStreamFlowAtTheSameTime() throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        StreamObserver<byte[]> words =
                ClientCalls.asyncBidiStreamingCall(
                        channel().newCall(GrpcShop.CHAT, CallOptions.DEFAULT), into(answers));
        for (int i = 0; i < 50; i++) {
            words.onNext(GrpcShop.bytes("word " + i));
            assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("word " + i + " you");
        }
        words.onCompleted();
        assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("over");
    }

    @Test
    void aClientThatReadsSlowlyHoldsTheServiceBack() throws Exception {
        CompletableFuture<ClientCallStreamObserver<byte[]>> call = new CompletableFuture<>();
        AtomicInteger got = new AtomicInteger();
        CompletableFuture<Void> over = new CompletableFuture<>();
        ClientCalls.asyncServerStreamingCall(
                channel().newCall(GrpcShop.MUCH, CallOptions.DEFAULT),
                GrpcShop.bytes("go"),
                new ClientResponseObserver<byte[], byte[]>() {
                    @Override
                    public void beforeStart(ClientCallStreamObserver<byte[]> stream) {
                        stream.disableAutoRequestWithInitial(1);
                        call.complete(stream);
                    }

                    @Override
                    public void onNext(byte[] piece) {
                        got.incrementAndGet();
                    }

                    @Override
                    public void onError(Throwable broken) {
                        over.completeExceptionally(broken);
                    }

                    @Override
                    public void onCompleted() {
                        over.complete(null);
                    }
                });

        assertThat(settled(service.sent))
                .as("pieces of 64 KiB under way while nobody reads")
                .isLessThan(GrpcShop.MANY / 4);

        call.get(10, TimeUnit.SECONDS).request(GrpcShop.MANY);
        over.get(30, TimeUnit.SECONDS);
        assertThat(got).hasValue(GrpcShop.MANY);
    }

    @Test
    void aServiceThatReadsSlowlyHoldsTheClientBack() throws Exception {
        close();
        open("\"bodyBytes\": 100000000", servers.getFirst().getPort());
        AtomicInteger sent = new AtomicInteger();
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        ClientCalls.asyncClientStreamingCall(
                channel().newCall(GrpcShop.SLOW, CallOptions.DEFAULT),
                new ClientResponseObserver<byte[], byte[]>() {
                    @Override
                    public void beforeStart(ClientCallStreamObserver<byte[]> stream) {
                        stream.setOnReadyHandler(() -> {
                            while (stream.isReady() && sent.get() < GrpcShop.MANY) {
                                stream.onNext(new byte[GrpcShop.LARGE]);
                                if (sent.incrementAndGet() == GrpcShop.MANY) {
                                    stream.onCompleted();
                                }
                            }
                        });
                    }

                    @Override
                    public void onNext(byte[] piece) {
                        answers.add(GrpcShop.text(piece));
                    }

                    @Override
                    public void onError(Throwable broken) {
                        answers.add(broken.toString());
                    }

                    @Override
                    public void onCompleted() {
                        answers.add("over");
                    }
                });

        assertThat(service.came.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(settled(sent))
                .as("pieces of 64 KiB under way while nobody takes them")
                .isLessThan(GrpcShop.MANY / 4);

        service.go.complete(null);
        assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo(GrpcShop.MANY + " pieces");
    }

    @Test
    void theGatewaysOwnRefusalsCarryTheSameCodeAsThoseOfCells() {
        int port = servers.getFirst().getPort();
        servers.forEach(Server::shutdownNow);
        assertRefused(Status.Code.UNAVAILABLE, OutcomeCode.SERVICE_UNAVAILABLE);

        close();
        open("\"path\": \"/elsewhere/\"", port);
        assertRefused(Status.Code.UNIMPLEMENTED, OutcomeCode.UNKNOWN_PATH);
    }

    @Test
    void aCallThatTakesTooLongEndsByTheRoutesTime() {
        close();
        open("\"timeout\": \"300ms\"", servers.getFirst().getPort());

        assertThatThrownBy(() -> say("never"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        late -> {
                            assertThat(late.getStatus().getCode())
                                    .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
                            assertThat(late.getStatus().getDescription()).contains("UNKNOWN");
                        });
    }

    @Test
    void aCallThatIsUnderWayIsAnsweredAfterItsBackendHasSaidGoodbye() throws Exception {
        close();
        open("", servers.getFirst().getPort());
        CompletableFuture<String> slow = CompletableFuture.supplyAsync(() -> say("wait"), threads);
        service.came.get(20, TimeUnit.SECONDS);
        servers.getFirst().shutdown();
        // The port is closed by then: as soon as calls fail, the gateway has heard the goodbye.
        assertThat(callsUntilOneFails()).isEqualTo(Status.Code.UNAVAILABLE);

        service.go.complete(null);

        assertThat(slow.get(20, TimeUnit.SECONDS)).isEqualTo("wait you");
        assertThat(servers.getFirst().awaitTermination(20, TimeUnit.SECONDS))
                .as("the connection is closed with its last answer")
                .isTrue();
    }

    private Status.Code callsUntilOneFails() {
        for (int i = 0; i < 100_000; i++) {
            try {
                var _ = say("hello");
            } catch (StatusRuntimeException failed) {
                return failed.getStatus().getCode();
            }
        }
        return Status.Code.OK;
    }

    @Test
    void noCallIsLostWhileOneBackendAfterTheOtherIsReplaced() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        AtomicInteger made = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            callers.add(
                    CompletableFuture.supplyAsync(
                            () -> {
                                int failed = 0;
                                while (!over.get()) {
                                    failed += succeeds() ? 0 : 1;
                                    made.incrementAndGet();
                                }
                                return failed;
                            },
                            threads));
        }
        for (int round = 0; round < 6; round++) {
            Server leaving = servers.removeFirst();
            int port = leaving.getPort();
            await(made, made.get() + 200);
            leaving.shutdown();
            assertThat(leaving.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            await(made, made.get() + 200);
            servers.addLast(serve(port));
        }
        over.set(true);

        for (CompletableFuture<Integer> each : callers) {
            assertThat(each.get(30, TimeUnit.SECONDS)).as("lost").isZero();
        }
    }

    private boolean succeeds() {
        try {
            return say("hello").equals("hello you");
        } catch (StatusRuntimeException lost) {
            return false;
        }
    }

    private static void await(AtomicInteger counter, int least) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        while (counter.get() < least) {
            assertThat(never.await(1, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    /** What a count comes to, once it has not grown for a while. */
    private static int settled(AtomicInteger count) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        int before = 0;
        for (int quiet = 0;
                quiet < 5;
                quiet = count.get() == before && before > 1 ? quiet + 1 : 0) {
            before = count.get();
            assertThat(never.await(200, TimeUnit.MILLISECONDS)).isFalse();
        }
        return before;
    }

    private void assertRefused(Status.Code status, OutcomeCode code) {
        assertThatThrownBy(() -> say("hello"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> {
                            assertThat(refused.getStatus().getCode()).isEqualTo(status);
                            assertThat(Refusals.read(refused.getTrailers()))
                                    .map(Outcome.Refused::code)
                                    .contains(code);
                        });
    }

    private String say(String words) {
        return GrpcShop.text(
                ClientCalls.blockingUnaryCall(
                        channel(),
                        GrpcShop.SAY,
                        CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                        GrpcShop.bytes(words)));
    }

    private ManagedChannel channel() {
        return channel.orElseThrow();
    }

    private static StreamObserver<byte[]> into(BlockingQueue<String> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] piece) {
                answers.add(GrpcShop.text(piece));
            }

            @Override
            public void onError(Throwable broken) {
                answers.add(broken.toString());
            }

            @Override
            public void onCompleted() {
                answers.add("over");
            }
        };
    }
}

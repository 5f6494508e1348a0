package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.rpc.Refusals;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls of gRPC that pass through, with gRPC's own client and server at both ends. */
@Requirement({"P6.1.3-d", "S.gw-3"})
class Http2GrpcTest {
    private static final int LARGE = 65_536;
    private static final int MANY = 400;

    private final Service service = new Service();
    private final List<Server> servers = new ArrayList<>();
    private Optional<Http2Door> door = Optional.empty();
    private Optional<ManagedChannel> channel = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        open("", serve(), serve());
    }

    private int serve() throws IOException {
        Server server =
                NettyServerBuilder.forPort(0).addService(service.definition()).build().start();
        servers.add(server);
        return server.getPort();
    }

    private void open(String route, int... backends) {
        door =
                Optional.of(
                        Http2Door.of(
                                "",
                                "\"protocol\": \"HTTP2\", \"slowStart\": \"0s\"",
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
    }

    private void close() {
        channel.ifPresent(ManagedChannel::shutdownNow);
        door.ifPresent(Http2Door::close);
    }

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

    @Test
    void bothWaysOfAStreamFlowAtTheSameTime() throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        StreamObserver<byte[]> words =
                ClientCalls.asyncBidiStreamingCall(
                        channel().newCall(Service.CHAT, CallOptions.DEFAULT), into(answers));
        for (int i = 0; i < 50; i++) {
            words.onNext(bytes("word " + i));
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
                channel().newCall(Service.MUCH, CallOptions.DEFAULT),
                bytes("go"),
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

        service.held.get(20, TimeUnit.SECONDS);
        assertThat(service.sent.get())
                .as("pieces of 64 KiB under way while nobody reads")
                .isLessThan(MANY / 4);

        call.get(10, TimeUnit.SECONDS).request(MANY);
        over.get(30, TimeUnit.SECONDS);
        assertThat(got).hasValue(MANY);
    }

    @Test
    void aServiceThatReadsSlowlyHoldsTheClientBack() throws Exception {
        close();
        open("\"bodyBytes\": 100000000", servers.getFirst().getPort());
        CompletableFuture<Void> held = new CompletableFuture<>();
        AtomicInteger sent = new AtomicInteger();
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        ClientCalls.asyncClientStreamingCall(
                channel().newCall(Service.SLOW, CallOptions.DEFAULT),
                new ClientResponseObserver<byte[], byte[]>() {
                    @Override
                    public void beforeStart(ClientCallStreamObserver<byte[]> stream) {
                        stream.setOnReadyHandler(() -> {
                            while (stream.isReady() && sent.get() < MANY) {
                                stream.onNext(new byte[LARGE]);
                                if (sent.incrementAndGet() == MANY) {
                                    stream.onCompleted();
                                }
                            }
                            if (sent.get() > 8) {
                                held.complete(null);
                            }
                        });
                    }

                    @Override
                    public void onNext(byte[] piece) {
                        answers.add(text(piece));
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

        held.get(20, TimeUnit.SECONDS);
        assertThat(service.came.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(sent.get())
                .as("pieces of 64 KiB under way while nobody takes them")
                .isLessThan(MANY / 4);

        service.go.complete(null);
        assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo(MANY + " pieces");
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
    void noCallIsLostWhileABackendLeaves() throws Exception {
        CompletableFuture<Integer> lost = new CompletableFuture<>();
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<Void> enough = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            int failed = 0;
            for (int i = 0; i < 2_000; i++) {
                try {
                    var _ = say("hello");
                } catch (StatusRuntimeException refused) {
                    failed++;
                }
                if (made.incrementAndGet() == 300) {
                    enough.complete(null);
                }
            }
            lost.complete(failed);
        });
        enough.get(30, TimeUnit.SECONDS);
        servers.getFirst().shutdown();

        assertThat(lost.get(60, TimeUnit.SECONDS)).isZero();
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
        return text(
                ClientCalls.blockingUnaryCall(
                        channel(),
                        Service.SAY,
                        CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                        bytes(words)));
    }

    private ManagedChannel channel() {
        return channel.orElseThrow();
    }

    private static StreamObserver<byte[]> into(BlockingQueue<String> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] piece) {
                answers.add(text(piece));
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

    private static byte[] bytes(String words) {
        return words.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] words) {
        return new String(words, StandardCharsets.UTF_8);
    }

    /** A service of every kind of method. */
    private static final class Service {
        static final MethodDescriptor<byte[], byte[]> SAY = method("say", MethodType.UNARY);
        static final MethodDescriptor<byte[], byte[]> CHAT =
                method("chat", MethodType.BIDI_STREAMING);
        static final MethodDescriptor<byte[], byte[]> MUCH =
                method("much", MethodType.SERVER_STREAMING);
        static final MethodDescriptor<byte[], byte[]> SLOW =
                method("slow", MethodType.CLIENT_STREAMING);

        final AtomicInteger sent = new AtomicInteger();
        final CompletableFuture<Void> held = new CompletableFuture<>();
        final CompletableFuture<Boolean> came = new CompletableFuture<>();
        final CompletableFuture<Void> go = new CompletableFuture<>();

        ServerServiceDefinition definition() {
            return ServerServiceDefinition.builder("test.Shop")
                    .addMethod(SAY, ServerCalls.asyncUnaryCall(Service::say))
                    .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(Service::chat))
                    .addMethod(MUCH, ServerCalls.asyncServerStreamingCall(this::much))
                    .addMethod(SLOW, ServerCalls.asyncClientStreamingCall(this::slow))
                    .build();
        }

        private static void say(byte[] words, StreamObserver<byte[]> answer) {
            if (text(words).equals("refuse")) {
                answer.onError(
                        Status.NOT_FOUND.withDescription("nothing here: 无").asRuntimeException());
            } else if (!text(words).equals("never")) {
                answer.onNext(bytes(text(words) + " you"));
                answer.onCompleted();
            }
        }

        private static StreamObserver<byte[]> chat(StreamObserver<byte[]> answer) {
            return new StreamObserver<>() {
                @Override
                public void onNext(byte[] words) {
                    answer.onNext(bytes(text(words) + " you"));
                }

                @Override
                public void onError(Throwable broken) {
                    answer.onError(broken);
                }

                @Override
                public void onCompleted() {
                    answer.onCompleted();
                }
            };
        }

        /** As much as is taken, until it is held back. */
        private void much(byte[] ignored, StreamObserver<byte[]> observer) {
            ServerCallStreamObserver<byte[]> answer = (ServerCallStreamObserver<byte[]>) observer;
            answer.setOnReadyHandler(() -> {
                while (answer.isReady() && sent.get() < MANY) {
                    answer.onNext(new byte[LARGE]);
                    if (sent.incrementAndGet() == MANY) {
                        answer.onCompleted();
                    }
                }
                if (sent.get() > 1) {
                    held.complete(null);
                }
            });
        }

        private StreamObserver<byte[]> slow(StreamObserver<byte[]> observer) {
            ServerCallStreamObserver<byte[]> answer = (ServerCallStreamObserver<byte[]>) observer;
            answer.disableAutoRequest();
            AtomicInteger pieces = new AtomicInteger();
            came.complete(true);
            var _ = go.thenRun(() -> answer.request(MANY + 1));
            return new StreamObserver<>() {
                @Override
                public void onNext(byte[] piece) {
                    pieces.incrementAndGet();
                }

                @Override
                public void onError(Throwable broken) {
                    answer.onError(broken);
                }

                @Override
                public void onCompleted() {
                    answer.onNext(bytes(pieces + " pieces"));
                    answer.onCompleted();
                }
            };
        }

        private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
            return MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(type)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Shop", name))
                    .setRequestMarshaller(new Bytes())
                    .setResponseMarshaller(new Bytes())
                    .build();
        }

        private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                try {
                    return stream.readAllBytes();
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            }
        }
    }
}

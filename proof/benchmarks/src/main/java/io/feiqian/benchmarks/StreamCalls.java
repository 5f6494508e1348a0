package io.feiqian.benchmarks;

import com.google.protobuf.ByteString;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.PeerAnswer;
import io.feiqian.rpc.PeerLimits;
import io.feiqian.rpc.PeerStreamService;
import io.feiqian.rpc.PeerStreams;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** The stream between two cells: each message of 300 bytes with its reply, on one connection. */
final class StreamCalls {
    private static final CellId PEER = new CellId(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ByteString CONTENT = ByteString.copyFrom(new byte[270]);
    private static final Reply DONE =
            Reply.newBuilder().setCode(OutcomeCode.ACCEPTED.number()).setRecorded(true).build();

    private StreamCalls() {}

    static RpcServing serve(RpcTelemetry to) {
        Telemetry telemetry = to.start("server");
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .tracing(telemetry.tracing())
                        .metrics(telemetry.metrics())
                        .add(
                                new PeerStreamService(
                                        _ -> CompletableFuture.completedFuture(DONE),
                                        PeerLimits.DEFAULT))
                        .build()
                        .start();
        server.ready();
        return new RpcServing() {
            @Override
            public int port() {
                return server.port();
            }

            @Override
            public void close() {
                var _ = server.stop(Duration.ZERO);
                telemetry.close();
            }
        };
    }

    static RpcCalling connect(int port) {
        Timer timer = Timer.system("bench-stream");
        List<Endpoint> peer = List.of(new Endpoint("b", "127.0.0.1", port));
        PeerStreams streams =
                new PeerStreams(
                        "bench",
                        _ -> peer,
                        new Channels(RpcClientConfig.DEFAULT),
                        PeerLimits.DEFAULT,
                        Clock.system(),
                        timer);
        AtomicInteger numbers = new AtomicInteger();
        return new RpcCalling() {
            @Override
            public boolean call() {
                return callAsync().join();
            }

            @Override
            public CompletableFuture<Boolean> callAsync() {
                Request request =
                        Request.newBuilder()
                                .setKind(Request.Kind.CONFIRM)
                                .setTraceHead(202_601_310_001_999L)
                                .setTraceSerial(7)
                                .setAttempt(1)
                                .setBranch(numbers.incrementAndGet())
                                .setContent(CONTENT)
                                .build();
                return streams.send(PEER, request, PATIENCE)
                        .thenApply(answer -> new PeerAnswer.Replied(DONE).equals(answer));
            }

            @Override
            public void close() {
                streams.close();
                timer.close();
            }
        };
    }
}

package io.feiqian.benchmarks;

import com.google.protobuf.BytesValue;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.RequestContext;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.rpc.ServiceAnswer;
import io.feiqian.rpc.ServiceCall;
import io.feiqian.rpc.ServiceClients;
import io.feiqian.rpc.ServiceInstances;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ours as a service of the system runs it: with a context (trace number, deadline, caller),
 * balancing and ejection, admission, a limit as a rule at both sides, metrics, and traces.
 */
final class FeiqianCalls {
    private static final String SERVICE = "echo";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Slot HOME = new Slot(7);

    private FeiqianCalls() {}

    static RpcServing serve(RpcCase of, RpcTelemetry to) {
        Telemetry telemetry = to.start("server");
        RpcServer.Builder builder =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .tracing(telemetry.tracing())
                        .metrics(telemetry.metrics())
                        .rules(new BenchLimit());
        RpcServer server =
                (of == RpcCase.unary
                                ? builder.addBlocking(RpcMessages.service())
                                : builder.add(RpcMessages.service()))
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

    static RpcCalling connect(int port, RpcTelemetry to) {
        Telemetry telemetry = to.start("client");
        Timer timer = Timer.system("bench-calls");
        ServiceClients clients =
                ServiceClients.builder(
                                ServiceInstances.fixed(
                                        Map.of(
                                                SERVICE,
                                                List.of(new Endpoint("a", "127.0.0.1", port)))),
                                new Channels(RpcClientConfig.DEFAULT),
                                Clock.system(),
                                timer)
                        .tracing(telemetry.tracing())
                        .metrics(telemetry.metrics())
                        .rules(new BenchLimit())
                        .self("bench")
                        .build();
        AtomicLong numbers = new AtomicLong();
        return new RpcCalling() {
            private ServiceCall<BytesValue, BytesValue> next() {
                TraceNumber trace =
                        TraceNumber.of(TransferCell.DAY, HOME, 1, numbers.incrementAndGet());
                return ServiceCall.of(SERVICE, RpcMessages.ECHO, RpcMessages.MESSAGE)
                        .with(
                                RequestContext.until(Deadline.after(PATIENCE, Clock.system()))
                                        .withTrace(trace));
            }

            @Override
            public boolean call() {
                return isRight(clients.call(next()));
            }

            @Override
            public CompletableFuture<Boolean> callAsync() {
                return clients.callAsync(next()).thenApply(FeiqianCalls::isRight);
            }

            @Override
            public void close() {
                clients.close();
                timer.close();
                telemetry.close();
            }
        };
    }

    private static boolean isRight(ServiceAnswer<BytesValue> answer) {
        return answer instanceof ServiceAnswer.Answered<BytesValue> answered
                && RpcMessages.isRight(answered.response());
    }
}

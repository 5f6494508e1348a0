package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a process remembers of the calls that came to it. */
class ServedCallsTest {
    private static final String ECHO = "feiqian.rpc.echo.Echo";

    private final SettableClock clock = new SettableClock(Instant.parse("2026-06-01T08:00:00Z"));

    @Test
    void servedAndRefusedCallsAreKeptWithoutWhatTheySaid() {
        try (Timer timer = Timer.system("served-calls")) {
            Governance governance = Governance.of(GovernanceSetup.at(Side.PROVIDER));
            var published =
                    governance.publish(
                            "{\"version\": 1, \"policies\": [{\"id\": \"slow\", \"version\": 1,"
                                    + " \"side\": \"provider\", \"rate\": {\"perSecond\": 0.001,"
                                    + " \"burst\": 2}}]}");
            assertThat(published.isAccepted()).isTrue();
            ServedCalls served =
                    new ServedCalls(
                            new GovernedCalls(governance, timer, Randomness.seeded(7)),
                            "",
                            Clock.system());
            RpcServer server =
                    RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                            .addBlocking(new Echo())
                            .rules(served)
                            .build()
                            .start();
            try (ServiceClients clients =
                    ServiceClients.builder(
                                    ServiceInstances.fixed(
                                            Map.of(
                                                    "echo",
                                                    List.of(
                                                            new Endpoint(
                                                                    "e",
                                                                    "127.0.0.1",
                                                                    server.port())))),
                                    new Channels(RpcClientConfig.DEFAULT),
                                    Clock.system(),
                                    timer)
                            .self("tests")
                            .build()) {
                for (int i = 0; i < 4; i++) {
                    var _ =
                            clients.call(
                                    ServiceCall.of(
                                                    "echo",
                                                    EchoGrpc.getSayMethod(),
                                                    SayRequest.newBuilder()
                                                            .setText("a secret")
                                                            .build())
                                            .with(
                                                    RequestContext.until(
                                                            Deadline.after(
                                                                    Duration.ofSeconds(20),
                                                                    Clock.system()))));
                }
            } finally {
                var _ = server.stop(Duration.ofSeconds(5));
            }
            assertThat(served.recorded())
                    .hasSize(4)
                    .allSatisfy(each -> {
                        assertThat(each.method()).isEqualTo(ECHO + "/Say");
                        assertThat(each.caller()).isEqualTo("tests");
                        assertThat(each.standsFor()).isEqualTo(1);
                        assertThat(each.remaining()).isPositive();
                        assertThat(each.toString()).doesNotContain("secret");
                    })
                    .extracting(ServedCall::outcome)
                    .containsExactly(
                            OutcomeCode.ACCEPTED,
                            OutcomeCode.INTERNAL_ERROR,
                            OutcomeCode.RATE_LIMITED,
                            OutcomeCode.RATE_LIMITED);
            assertThat(served.recorded())
                    .extracting(ServedCall::governed)
                    .containsExactly(false, false, true, true);
            ServedMethod say = served.lately().getFirst();
            assertThat(say.calls()).isEqualTo(4);
            assertThat(say.failed()).isEqualTo(1);
            assertThat(say.governed()).isEqualTo(2);
            assertThat(say.totalNanos()).isPositive();
        }
    }

    @Test
    void ofManyCallsAnEvenShareIsKeptAndOfFewAll() {
        ServedCalls served = new ServedCalls(CallPolicies.NONE, "", clock);
        int seconds = 20;
        for (int i = 0; i < seconds * 5_000; i++) {
            come(served, i % 2 == 0 ? "often" : "always");
            if (i % 5_000 == 0) {
                come(served, "seldom");
            }
            clock.advance(Duration.ofNanos(200_000));
        }
        List<ServedCall> kept = served.recorded();

        assertThat(of(kept, "seldom")).hasSize(seconds).allMatch(each -> each.standsFor() == 1);
        for (String method : List.of("often", "always")) {
            List<ServedCall> some = of(kept, method);
            assertThat(some).hasSizeBetween(seconds * 16, seconds * 64 + 400);
            assertThat(some.stream().mapToInt(ServedCall::standsFor).sum())
                    .as("what %s stands for", method)
                    .isBetween(seconds * 2_500 * 85 / 100, seconds * 2_500 * 115 / 100);
        }
        assertThat(served.lately())
                .extracting(ServedMethod::calls)
                .containsExactly(seconds * 2_500L, seconds * 2_500L, (long) seconds);

        clock.advance(Duration.ofSeconds(MethodCalls.SECONDS + 5));
        assertThat(served.lately()).isEmpty();
    }

    @Test
    void notMoreIsKeptThanTheBoundAndTheNewestIs() {
        ServedCalls served = new ServedCalls(CallPolicies.NONE, "", clock);
        for (int i = 0; i < ServedCalls.MOST_KEPT + 100; i++) {
            come(served, "m");
            clock.advance(Duration.ofMillis(50));
        }
        List<ServedCall> kept = served.recorded();
        assertThat(kept).hasSize(ServedCalls.MOST_KEPT);
        assertThat(kept.getFirst().at())
                .isEqualTo(Instant.parse("2026-06-01T08:00:00Z").plusMillis(100 * 50));
    }

    @Test
    void namesFromTheNetworkAreCutShort() {
        ServedCalls served = new ServedCalls(CallPolicies.NONE, "", clock);
        var _ =
                served.incoming(
                        new CallFacts(
                                ECHO,
                                EchoGrpc.getTalkMethod(),
                                "x".repeat(10_000),
                                RequestContext.until(DEADLINE),
                                Optional.empty()));
        // Of a stream the beginning is kept, and it is told apart from what is over.
        ServedCall stream = served.recorded().getFirst();
        assertThat(stream.caller()).hasSize(120);
        assertThat(served.isStream(stream)).isTrue();
    }

    @Test
    void aDryRunSeesTheLabelsThatPoliciesSaw() {
        ServedCall kept =
                new ServedCall(
                        Instant.EPOCH,
                        ECHO + "/Say",
                        "tests",
                        "north",
                        "cell-1",
                        "release=b,test=yes",
                        "7",
                        io.feiqian.governance.Priority.HIGH,
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        OutcomeCode.ACCEPTED,
                        false,
                        3);
        var call = kept.sampled().call().call();
        assertThat(call.label("release")).isEqualTo("b");
        assertThat(call.label("test")).isEqualTo("yes");
        assertThat(call.label("channel")).isEqualTo("7");
        assertThat(call.cell()).isEqualTo("cell-1");
        assertThat(call.tenant()).isEqualTo("north");
        assertThat(call.service()).isEqualTo(ECHO);
        assertThat(call.method()).isEqualTo("Say");
        assertThat(kept.sampled().standsFor()).isEqualTo(3);
        assertThat(ServedCall.labels("blue")).containsEntry("gray", "blue");
    }

    /** The bound is far above what is measured, and far below what a call costs. */
    @Test
    void whatItCostsACall() {
        ServedCalls with = new ServedCalls(CallPolicies.NONE, "", Clock.system());
        double[] nanos = new double[7];
        double bytes = 0;
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < nanos.length; i++) {
            long before = thread.getCurrentThreadAllocatedBytes();
            long began = Clock.system().nanos();
            for (int j = 0; j < 300_000; j++) {
                come(with, "m");
            }
            nanos[i] = (Clock.system().nanos() - began) / 300_000.0;
            bytes = (thread.getCurrentThreadAllocatedBytes() - before) / 300_000.0;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "cost of remembering a call: %.0f ns, %.0f bytes%n",
                nanos[nanos.length / 2], bytes);
        assertThat(nanos[0]).isLessThan(3_000);
        assertThat(bytes).isLessThan(600);
    }

    private static List<ServedCall> of(List<ServedCall> kept, String method) {
        return kept.stream().filter(each -> each.method().equals(ECHO + "/" + method)).toList();
    }

    private static final Deadline DEADLINE = Deadline.after(Duration.ofHours(1), Clock.system());
    private static final Map<String, CallFacts> FACTS =
            new java.util.concurrent.ConcurrentHashMap<>();

    private static void come(ServedCalls served, String method) {
        CallFacts facts =
                FACTS.computeIfAbsent(
                        method,
                        name ->
                                new CallFacts(
                                        ECHO,
                                        EchoGrpc.getSayMethod().toBuilder()
                                                .setFullMethodName(
                                                        MethodDescriptor.generateFullMethodName(
                                                                ECHO, name))
                                                .build(),
                                        "tests",
                                        RequestContext.until(DEADLINE),
                                        Optional.empty()));
        if (served.incoming(facts) instanceof Ruling.Pass pass) {
            pass.watch().ended(Outcome.accepted(), 1_000);
        }
    }

    /** Answers, and at the second call fails. */
    private static final class Echo extends EchoGrpc.EchoImplBase {
        private int calls;

        @Override
        public void say(SayRequest request, StreamObserver<SayResponse> answer) {
            answer.onNext(
                    ++calls == 2
                            ? EchoCell.refusal(OutcomeCode.INTERNAL_ERROR)
                            : EchoCell.answer("a secret"));
            answer.onCompleted();
        }
    }
}

package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.PolicyReport;
import io.feiqian.governance.Side;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Policies as operators write them, over real connections, at both sides of a call. */
class GovernedCallsTest {
    private static final String SERVICE = "feiqian.rpc.echo.Echo";

    private final Timer timer = Timer.system("governed-calls");
    private final Governance calling = Governance.of(GovernanceSetup.at(Side.CALLER));
    private final Governance serving = Governance.of(GovernanceSetup.at(Side.PROVIDER));
    private final List<Echo> all = new ArrayList<>();
    private final Echo base = new Echo("base");
    private final Echo second = new Echo("second");
    private final Echo backup = new Echo("backup");
    private final ServiceClients clients =
            ServiceClients.builder(
                            ServiceInstances.fixed(
                                    Map.of(
                                            "echo",
                                            List.of(base.endpoint(), second.endpoint()),
                                            "backup",
                                            List.of(backup.endpoint()))),
                            new Channels(RpcClientConfig.DEFAULT),
                            Clock.system(),
                            timer)
                    .rules(new GovernedCalls(calling, timer, Randomness.seeded(7)))
                    .self("tests")
                    .build();
    private int version;

    /** Answers with its name, after a moment where it is told to. */
    private final class Echo extends EchoGrpc.EchoImplBase {
        private final String name;
        private final AtomicInteger calls = new AtomicInteger();
        private final RpcServer server;
        private volatile CountDownLatch hold = new CountDownLatch(0);
        private volatile boolean breaks;

        Echo(String name) {
            this.name = name;
            this.server =
                    RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                            .addBlocking(this)
                            .rules(new GovernedCalls(serving, timer, Randomness.seeded(7)))
                            .build()
                            .start();
            all.add(this);
        }

        Endpoint endpoint() {
            return new Endpoint(name, "127.0.0.1", server.port());
        }

        @Override
        public void look(SayRequest request, StreamObserver<SayResponse> answer) {
            answer.onNext(EchoCell.answer("looked"));
            answer.onCompleted();
        }

        @Override
        public void say(SayRequest request, StreamObserver<SayResponse> answer) {
            calls.incrementAndGet();
            try {
                hold.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            answer.onNext(
                    breaks ? EchoCell.refusal(OutcomeCode.INTERNAL_ERROR) : EchoCell.answer(name));
            answer.onCompleted();
        }
    }

    @AfterEach
    void close() {
        clients.close();
        timer.close();
        all.forEach(each -> each.server.stop(Duration.ZERO));
    }

    @Requirement({"P6.2.2.5-h", "P6.2.3-c", "B6.4-c.2", "S.ms-5"})
    @Test
    void aRateLimitIsInForceFromItsPublicationAndGoneWithItsWithdrawal() {
        publish(
                serving,
                "{\"id\": \"slow\", \"version\": 1, \"side\": \"provider\", \"applies\": {\"service\": \"%s\"},"
                        + " \"rate\": {\"perSecond\": 0.001, \"burst\": 2}}");

        assertThat(codes(4))
                .containsExactly(
                        OutcomeCode.ACCEPTED,
                        OutcomeCode.ACCEPTED,
                        OutcomeCode.RATE_LIMITED,
                        OutcomeCode.RATE_LIMITED);
        PolicyReport report = serving.report().policies().getFirst();
        assertThat(report.admitted()).isEqualTo(2);
        assertThat(report.refused()).isEqualTo(2);

        publish(serving, "");
        assertThat(codes(2)).containsOnly(OutcomeCode.ACCEPTED);
    }

    @Requirement("P6.2.2.5-c")
    @Test
    void notMoreCallsAreInFlightThanTheLimitSaysAndEachEndMakesRoom() {
        publish(
                serving,
                "{\"id\": \"few\", \"version\": 1, \"side\": \"provider\", \"applies\": {\"service\": \"%s\"},"
                        + " \"concurrency\": {\"most\": 1}}");
        base.hold = new CountDownLatch(1);
        second.hold = base.hold;
        CompletableFuture<ServiceAnswer<SayResponse>> first = clients.callAsync(call("hello"));
        while (base.calls.get() + second.calls.get() == 0) {
            Thread.onSpinWait();
        }

        assertThat(say().outcome().code()).isEqualTo(OutcomeCode.CONCURRENCY_LIMITED);
        base.hold.countDown();
        assertThat(first.join().outcome().isAccepted()).isTrue();
        assertThat(say().outcome().isAccepted()).isTrue();
    }

    @Requirement({"P6.2.2.5-f", "P6.2.2.5-d", "P6.2.3-e", "P6.2.3-d", "B6.4-c.3"})
    @Test
    void anOpenBreakerSparesTheServiceAndTheFallbackAnswers() {
        publish(
                calling,
                "{\"id\": \"break\", \"version\": 1, \"side\": \"caller\", \"applies\": {\"service\": \"%1$s\"},"
                        + " \"breaker\": {\"failures\": 0.5, \"minimumCalls\": 4, \"window\": \"60s\","
                        + " \"openFor\": \"60s\"}},"
                        + "{\"id\": \"instead\", \"version\": 1, \"side\": \"caller\", \"applies\": {\"service\": \"%1$s\"},"
                        + " \"degrade\": {\"when\": [\"breaker\"], \"instead\": {\"answer\": {\"text\": \"ready-made\"}}}}");
        base.breaks = true;
        second.breaks = true;
        codes(4);
        int calls = base.calls.get() + second.calls.get();

        ServiceAnswer<SayResponse> answer = say();

        assertThat(answer.response().getText()).isEqualTo("ready-made");
        assertThat(base.calls.get() + second.calls.get()).isEqualTo(calls);
    }

    @Requirement("P6.2.2.5-d")
    @Test
    void byHandTheServingSideAnswersItselfAndTheCallingSideAsksTheBackup() {
        publish(
                serving,
                "{\"id\": \"hand\", \"version\": 1, \"side\": \"provider\", \"applies\":"
                        + " {\"service\": \"%s\"}, \"degrade\": {\"when\": \"always\","
                        + " \"instead\": {\"answer\": {\"text\": \"by hand\"}}}}");
        assertThat(say().response().getText()).isEqualTo("by hand");
        assertThat(base.calls.get() + second.calls.get()).isZero();

        publish(serving, "");
        publish(
                calling,
                "{\"id\": \"hand\", \"version\": 1, \"side\": \"caller\", \"applies\":"
                        + " {\"service\": \"%s\"}, \"degrade\": {\"when\": \"always\","
                        + " \"instead\": {\"service\": \"backup\"}}}");
        assertThat(say().response().getText()).startsWith("backup");
    }

    @Requirement("P6.2.2.5-h")
    @Test
    void whatIsTooMuchWaitsForItsTurnAtEitherSide() {
        for (Governance side : List.of(serving, calling)) {
            publish(
                    side,
                    "{\"id\": \"turns\", \"version\": 1, \"side\": \"both\", \"applies\":"
                            + " {\"service\": \"%s\"}, \"rate\": {\"perSecond\": 10, \"burst\": 1,"
                            + " \"excess\": {\"queue\": {\"most\": 9, \"longest\": \"5s\"}}}}");
            long begun = Clock.system().nanos();
            assertThat(codes(4)).containsOnly(OutcomeCode.ACCEPTED);
            assertThat(Clock.system().nanos() - begun).isGreaterThan(250_000_000);
            publish(side, "");
        }
    }

    @Requirement({"P6.2.3-h", "P6.2.3-j", "P6.2.2.5-k", "D6.9-b"})
    @Test
    void whoIsNotOnTheListIsRefusedBeforeTheHandler() {
        publish(
                serving,
                "{\"id\": \"who\", \"version\": 1, \"side\": \"provider\", \"applies\": {\"service\": \"%s\","
                        + " \"method\": \"Say\"}, \"access\": {\"allowCallers\": [\"payments\"]}}");

        assertThat(say().outcome().code()).isEqualTo(OutcomeCode.NOT_PERMITTED);
        assertThat(base.calls.get() + second.calls.get()).isZero();
    }

    @Requirement({"P6.2.3-g"})
    @Test
    void aFaultToOrderDelaysCallsOrLetsThemFail() {
        publish(
                calling,
                "{\"id\": \"fault\", \"version\": 1, \"side\": \"caller\", \"applies\": {\"service\": \"%s\"},"
                        + " \"fault\": {\"percent\": 100, \"error\": \"DATABASE_UNAVAILABLE\"}}");
        assertThat(say().outcome().code()).isEqualTo(OutcomeCode.DATABASE_UNAVAILABLE);

        publish(
                calling,
                "{\"id\": \"fault\", \"version\": 2, \"side\": \"caller\", \"applies\": {\"service\": \"%s\"},"
                        + " \"fault\": {\"percent\": 100, \"delay\": \"200ms\"}}");
        long begun = Clock.system().nanos();
        assertThat(say().outcome().isAccepted()).isTrue();
        assertThat(Clock.system().nanos() - begun).isGreaterThan(200_000_000);
    }

    @Requirement({"B6.4-c.4", "P6.2.3-i"})
    @Test
    void aShieldedInstanceGetsNoCalls() {
        publish(
                calling,
                "{\"id\": \"shield\", \"version\": 1, \"side\": \"caller\", \"applies\": {\"service\": \"%s\"},"
                        + " \"route\": {\"shield\": [{\"id\": \"second\"}]}}");
        codes(20);

        assertThat(second.calls).hasValue(0);
        assertThat(base.calls).hasValue(20);
    }

    @Test
    void aBrokenDocumentIsRefusedAndTheOldOneStaysInForce() {
        publish(
                serving,
                "{\"id\": \"none\", \"version\": 1, \"side\": \"provider\", \"applies\": {\"service\": \"%s\"},"
                        + " \"access\": {\"denyCallers\": [\"tests\"]}}");

        assertThat(serving.publish("{\"version\": 9, \"policies\": [{\"id\": 7}]}").code())
                .isEqualTo(OutcomeCode.INVALID_POLICY);
        assertThat(say().outcome().code()).isEqualTo(OutcomeCode.NOT_PERMITTED);
    }

    @Requirement("P6.2.3-k")
    @Test
    void aRequestAgainstItsSchemaDoesNotReachTheHandler() {
        publish(
                serving,
                "{\"id\": \"form\", \"version\": 1, \"side\": \"provider\", \"applies\":"
                        + " {\"service\": \"%s\"}, \"schema\": {\"check\": true, \"fields\":"
                        + " {\"text\": {\"pattern\": \"[a-z]+\"}}}}");

        assertThat(clients.call(call("HELLO 1")).outcome().code())
                .isEqualTo(OutcomeCode.AGAINST_SCHEMA);
        assertThat(base.calls.get() + second.calls.get()).isZero();
        assertThat(say().outcome().isAccepted()).isTrue();
    }

    @Test
    void aLabelOfTheCallIsOneNamedGrayOrSeveralWithNames() {
        publish(
                serving,
                "{\"id\": \"b\", \"version\": 1, \"side\": \"provider\", \"applies\": {\"labels\":"
                        + " {\"release\": \"b\"}}, \"access\": {\"denyCallers\": [\"tests\"]}},"
                        + "{\"id\": \"g\", \"version\": 1, \"side\": \"provider\", \"applies\":"
                        + " {\"labels\": {\"gray\": \"blue\"}}, \"access\": {\"denyCallers\":"
                        + " [\"tests\"]}}");

        assertThat(labelled("release=a,test=yes").outcome().isAccepted()).isTrue();
        assertThat(labelled("test=yes,release=b").outcome().code())
                .isEqualTo(OutcomeCode.NOT_PERMITTED);
        assertThat(labelled("green").outcome().isAccepted()).isTrue();
        assertThat(labelled("blue").outcome().code()).isEqualTo(OutcomeCode.NOT_PERMITTED);
    }

    @Test
    void anotherMethodWithTheSameMessagesMayAnswerAndNoOther() {
        String instead =
                "{\"id\": \"m\", \"version\": %d, \"side\": \"caller\", \"applies\": {\"service\":"
                        + " \"feiqian.rpc.echo.Echo\", \"method\": \"Say\"}, \"degrade\": {\"when\": \"always\", \"instead\":"
                        + " {\"method\": \"%s\"}}}";
        publish(calling, instead.formatted(1, "Look"));
        assertThat(say().response().getText()).isEqualTo("looked");

        publish(calling, instead.formatted(2, "Nothing"));
        assertThat(say().outcome().code()).isEqualTo(OutcomeCode.INTERNAL_ERROR);
        assertThat(base.calls.get() + second.calls.get()).isZero();
    }

    @Test
    void whoAsksForHealthHearsTheTruthUnderAnyPolicy() {
        publish(
                serving,
                "{\"id\": \"shut\", \"version\": 1, \"side\": \"provider\","
                        + " \"access\": {\"allowCallers\": [\"nobody\"]}}");
        assertThat(say().outcome().code()).isEqualTo(OutcomeCode.NOT_PERMITTED);

        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", base.server.port())
                        .usePlaintext()
                        .build();
        try {
            assertThat(
                            HealthGrpc.newBlockingStub(channel)
                                    .check(HealthCheckRequest.getDefaultInstance())
                                    .getStatus())
                    .isEqualTo(ServingStatus.NOT_SERVING);
        } finally {
            channel.shutdownNow();
        }
    }

    private ServiceAnswer<SayResponse> labelled(String label) {
        RequestContext plain =
                RequestContext.until(Deadline.after(Duration.ofSeconds(20), Clock.system()));
        return clients.call(
                call("hello")
                        .with(
                                new RequestContext(
                                        plain.trace(),
                                        plain.subNumber(),
                                        plain.slot(),
                                        plain.epoch(),
                                        plain.deadline(),
                                        label,
                                        "",
                                        plain.globalTransaction(),
                                        "",
                                        "")));
    }

    private void publish(Governance where, String policies) {
        String text =
                "{\"version\": %d, \"policies\": [%s]}"
                        .formatted(++version, policies.formatted(SERVICE));
        var outcome = where.publish(text);
        assertThat(outcome.isAccepted()).as(outcome.message()).isTrue();
    }

    private List<OutcomeCode> codes(int calls) {
        List<OutcomeCode> codes = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            codes.add(say().outcome().code());
        }
        return codes;
    }

    private ServiceAnswer<SayResponse> say() {
        return clients.call(call("hello"));
    }

    private static ServiceCall<SayRequest, SayResponse> call(String text) {
        return ServiceCall.of(
                        "echo",
                        EchoGrpc.getSayMethod(),
                        SayRequest.newBuilder().setText(text).build())
                .with(RequestContext.until(Deadline.after(Duration.ofSeconds(20), Clock.system())));
    }
}

package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What rules can do to calls, at the side that makes them and at the side that serves them. */
class CallRulesTest {
    private static final Outcome.Refused LIMIT =
            new Outcome.Refused(OutcomeCode.OVERLOADED, "by a rule");

    private final Rules rules = new Rules();
    private final Timer timer = Timer.system("test-timer");
    private final Blocking served = new Blocking("a");
    private final Blocking backup = new Blocking("b");
    private final ServiceClients clients =
            ServiceClients.builder(
                            ServiceInstances.fixed(
                                    Map.of(
                                            "echo",
                                            List.of(served.endpoint()),
                                            "backup",
                                            List.of(backup.endpoint()))),
                            new Channels(RpcClientConfig.DEFAULT),
                            Clock.system(),
                            timer)
                    .rules(rules)
                    .self("tests")
                    .build();

    /** Rules that a test sets, for both sides. */
    private static final class Rules implements CallPolicies {
        private final List<CallFacts> facts = new CopyOnWriteArrayList<>();
        private volatile Function<CallFacts, Ruling> out = call -> Ruling.GO;
        private volatile Function<CallFacts, Ruling> in = call -> Ruling.GO;

        @Override
        public Ruling outgoing(CallFacts call) {
            return out.apply(call);
        }

        @Override
        public Ruling incoming(CallFacts call) {
            facts.add(call);
            return in.apply(call);
        }
    }

    /** A service that blocks its thread, behind the rules. */
    private final class Blocking extends EchoGrpc.EchoImplBase {
        private final String name;
        private final AtomicInteger calls = new AtomicInteger();
        private final List<Thread> threads = new CopyOnWriteArrayList<>();
        private final RpcServer server;

        Blocking(String name) {
            this.name = name;
            this.server =
                    RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                            .addBlocking(this)
                            .rules(rules)
                            .build()
                            .start();
        }

        Endpoint endpoint() {
            return new Endpoint(name, "127.0.0.1", server.port());
        }

        @Override
        public void say(SayRequest request, StreamObserver<SayResponse> answer) {
            calls.incrementAndGet();
            threads.add(Thread.currentThread());
            if (request.getText().equals("break")) {
                throw new IllegalStateException("by the test");
            }
            answer.onNext(EchoCell.answer(name + " " + CurrentCall.context().grayLabel()));
            answer.onCompleted();
        }
    }

    @AfterEach
    void close() {
        clients.close();
        timer.close();
        served.server.stop(Duration.ZERO);
        backup.server.stop(Duration.ZERO);
    }

    @Test
    void aBlockingHandlerRunsOnAVirtualThreadInItsContext() {
        assertThat(text(say("hello"))).isEqualTo("a blue");
        assertThat(served.threads).allMatch(Thread::isVirtual);
    }

    @Test
    void aHandlerThatBreaksEndsItsCall() {
        assertThat(say("break").outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(served.server.inFlight()).isZero();
    }

    @Test
    void whatARuleRefusesAtTheCallersSideIsNotSent() {
        rules.out = call -> new Ruling.Refuse(LIMIT);

        assertThat(say("hello").outcome()).isEqualTo(LIMIT);
        assertThat(served.calls).hasValue(0);
    }

    @Test
    void whatARuleRefusesAtTheOtherSideDoesNotReachTheHandler() {
        rules.in = call -> new Ruling.Refuse(LIMIT);

        assertThat(say("hello").outcome()).isEqualTo(LIMIT);
        assertThat(served.calls).hasValue(0);
    }

    @Test
    void rulesKnowTheCallAndItsRequest() {
        say("hello");

        CallFacts facts = rules.facts.getFirst();
        assertThat(facts.method().getFullMethodName()).isEqualTo("feiqian.rpc.echo.Echo/Say");
        assertThat(facts.service()).isEqualTo("feiqian.rpc.echo.Echo");
        assertThat(facts.caller()).isEqualTo("tests");
        assertThat(facts.context().grayLabel()).isEqualTo("blue");
        assertThat(facts.request()).contains(SayRequest.newBuilder().setText("hello").build());
    }

    @Test
    void aRuleMayAnswerAtEitherSide() {
        rules.out = call -> new Ruling.Answer(EchoCell.answer("ready-made"));
        assertThat(text(say("hello"))).isEqualTo("ready-made");

        rules.out = call -> Ruling.GO;
        rules.in = call -> new Ruling.Answer(EchoCell.answer("from the server"));
        assertThat(text(say("hello"))).isEqualTo("from the server");
        assertThat(served.calls).hasValue(0);
    }

    @Test
    void aRuleMaySendACallElsewhere() {
        rules.out = call -> new Ruling.Elsewhere("backup");

        assertThat(text(say("hello"))).isEqualTo("b blue");
    }

    @Test
    void aCallMayWaitAtEitherSideAndItsDeadlineHolds() {
        CompletableFuture<Ruling> turn = new CompletableFuture<>();
        rules.in =
                call -> {
                    Thread.ofVirtual().start(() -> turn.complete(Ruling.GO));
                    return new Ruling.Later(turn);
                };
        assertThat(text(say("hello"))).isEqualTo("a blue");
        assertThat(served.threads).allMatch(Thread::isVirtual);

        rules.out = call -> new Ruling.Later(new CompletableFuture<>());
        assertThat(say("hello", 100).outcome().code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
    }

    @Test
    void whoFollowsACallHearsItsEndOnceAtEachSide() {
        List<OutcomeCode> ends = new CopyOnWriteArrayList<>();
        CallWatch watch = (outcome, nanos) -> ends.add(outcome.code());
        rules.out = call -> new Ruling.Pass(watch, InstanceFilter.ANY);
        rules.in = call -> new Ruling.Pass(watch, InstanceFilter.ANY);

        say("hello");
        say("break");

        assertThat(ends)
                .containsExactly(
                        OutcomeCode.ACCEPTED,
                        OutcomeCode.ACCEPTED,
                        OutcomeCode.INTERNAL_ERROR,
                        OutcomeCode.UNKNOWN);
    }

    @Test
    void aFailureIsReplacedWhereItIsCertainAndNeverWhereItIsNot() {
        CallWatch fallback =
                new CallWatch() {
                    @Override
                    public void ended(Outcome outcome, long nanos) {}

                    @Override
                    public Optional<Ruling> instead(Outcome failure) {
                        return Optional.of(new Ruling.Elsewhere("backup"));
                    }
                };
        rules.out = call -> new Ruling.Pass(fallback, InstanceFilter.ANY);
        assertThat(say("break").outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(backup.calls).hasValue(0);

        served.server.stop(Duration.ZERO);
        assertThat(text(say("hello"))).isEqualTo("b blue");
    }

    @Test
    void aCallGoesOnlyWhereARuleLetsIt() {
        rules.out =
                call ->
                        new Ruling.Pass(
                                CallWatch.NONE, known -> instance -> instance.name().equals("z"));

        assertThat(say("hello").outcome().code()).isEqualTo(OutcomeCode.SERVICE_UNAVAILABLE);
    }

    @Test
    void aRuleThatBreaksEndsTheCallWithAFault() {
        rules.out =
                call -> {
                    throw new IllegalStateException("by the test");
                };

        assertThat(say("hello").outcome().code()).isEqualTo(OutcomeCode.INTERNAL_ERROR);
    }

    private ServiceAnswer<SayResponse> say(String text) {
        return say(text, 20_000);
    }

    private ServiceAnswer<SayResponse> say(String text, long millis) {
        RequestContext plain =
                RequestContext.until(Deadline.after(Duration.ofMillis(millis), Clock.system()));
        RequestContext context =
                new RequestContext(
                        plain.trace(),
                        plain.subNumber(),
                        plain.slot(),
                        plain.epoch(),
                        plain.deadline(),
                        "blue",
                        "",
                        plain.globalTransaction(),
                        "",
                        "");
        return clients.call(
                ServiceCall.of(
                                "echo",
                                EchoGrpc.getSayMethod(),
                                SayRequest.newBuilder().setText(text).build())
                        .with(context));
    }

    private static String text(ServiceAnswer<SayResponse> answer) {
        assertThat(answer).isInstanceOf(ServiceAnswer.Answered.class);
        return answer.response().getText();
    }
}

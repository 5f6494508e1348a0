package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Place;
import io.feiqian.balancing.Way;
import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls to services over real connections, and what happens when something is not there. */
class ServiceClientsTest {
    private static final String ECHO = "echo";
    private static final TraceNumber TRACE = TraceNumber.parse("202601310001999000000000000000007");

    private final List<EchoCell> servers = new ArrayList<>();
    private final Listed listed = new Listed();
    private final Timer timer = Timer.system("test-timer");
    private final ServiceClients clients = clients(listed, ServicePolicies.USUAL);

    /** Instances that a test adds while calls run. */
    private static final class Listed implements ServiceInstances {
        private final Map<String, List<Instance<Endpoint>>> all = new ConcurrentHashMap<>();
        private final Map<String, List<Consumer<List<Instance<Endpoint>>>>> listeners =
                new ConcurrentHashMap<>();

        @Override
        public Runnable watch(String service, Consumer<List<Instance<Endpoint>>> listener) {
            listeners.computeIfAbsent(service, _ -> new CopyOnWriteArrayList<>()).add(listener);
            listener.accept(all.getOrDefault(service, List.of()));
            return () -> listeners.getOrDefault(service, new ArrayList<>()).remove(listener);
        }

        void add(String service, Instance<Endpoint> instance) {
            List<Instance<Endpoint>> more = new ArrayList<>(all.getOrDefault(service, List.of()));
            more.add(instance);
            all.put(service, more);
            listeners.getOrDefault(service, List.of()).forEach(each -> each.accept(more));
        }
    }

    @AfterEach
    void close() {
        clients.close();
        timer.close();
        servers.forEach(EchoCell::close);
    }

    @Requirement({"B6.3-b", "P6.2.3-b", "P6.2.1-d", "S.ms-1"})
    @Test
    void callsAreSharedByTheInstancesOfAService() throws InterruptedException {
        EchoCell a = serve("a");
        EchoCell b = serve("b");

        for (int i = 0; i < 40; i++) {
            assertThat(said(look())).endsWith(" hello");
        }
        Thread blocking =
                Thread.ofVirtual().start(() -> assertThat(said(look())).endsWith(" hello"));
        blocking.join();

        assertThat(a.calls() + b.calls()).isEqualTo(41);
        assertThat(a.calls()).isBetween(5, 35);
    }

    @Requirement({"P6.2.2.5-b", "B6.4-c.1"})
    @Test
    void theTurnsOfAMethodAreConfiguredByItsName() {
        EchoCell a = serve("a");
        serve("b");
        clients.policies(
                new ServicePolicies(
                        ServicePolicy.USUAL,
                        Map.of(
                                ECHO,
                                new ServicePolicy(
                                        MethodPolicy.USUAL,
                                        Map.of(
                                                EchoGrpc.getLookMethod().getFullMethodName(),
                                                MethodPolicy.USUAL.with(Way.ROUND_ROBIN)),
                                        ServicePolicy.USUAL.pool(),
                                        0.1,
                                        10))));

        for (int i = 0; i < 10; i++) {
            said(look());
        }

        assertThat(a.calls()).isEqualTo(5);
    }

    @Requirement("P6.2.2.5-b")
    @Test
    void callsOfOneKeyStayTogether() {
        EchoCell a = serve("a");
        EchoCell b = serve("b");
        use(MethodPolicy.USUAL.with(Way.CONSISTENT_HASH));

        for (int i = 0; i < 20; i++) {
            said(clients.call(call(EchoGrpc.getLookMethod()).withKey("account 7")));
        }

        assertThat(List.of(a.calls(), b.calls())).containsExactlyInAnyOrder(0, 20);
    }

    @Requirement("B6.4-c.1")
    @Test
    void theWayOfChoosingIsChangedWhileCallsGoOn() {
        EchoCell a = serve("a");
        EchoCell b = serve("b");
        use(MethodPolicy.USUAL.with(Way.CONSISTENT_HASH));
        for (int i = 0; i < 20; i++) {
            said(clients.call(call(EchoGrpc.getLookMethod()).withKey("account 7")));
        }
        assertThat(List.of(a.calls(), b.calls())).containsExactlyInAnyOrder(0, 20);

        // The same clients, on the same connections.
        use(MethodPolicy.USUAL.with(Way.ROUND_ROBIN));
        for (int i = 0; i < 20; i++) {
            said(clients.call(call(EchoGrpc.getLookMethod()).withKey("account 7")));
        }
        assertThat(List.of(a.calls(), b.calls())).containsExactlyInAnyOrder(10, 30);
    }

    @Requirement("P6.2.2.5-e")
    @Test
    void callsStayAtTheirSite() {
        EchoCell far = new EchoCell("far", request -> EchoCell.done(EchoCell.answer("far")));
        EchoCell near = new EchoCell("near", request -> EchoCell.done(EchoCell.answer("near")));
        servers.add(far);
        servers.add(near);
        listed.add(ECHO, instance(far).at(new Place("west", "hangzhou")));
        listed.add(ECHO, instance(near).at(new Place("east", "hangzhou")));

        for (int i = 0; i < 10; i++) {
            assertThat(said(look())).isEqualTo("near");
        }
        near.kill();
        assertThat(said(look())).isEqualTo("far");
    }

    @Requirement({"B6.3-c", "P6.2.1-0.2"})
    @Test
    void anInstanceThatIsNotThereIsPassedOverAndWhoComesIsCalled() {
        serve("a").kill();
        serve("b");
        for (int i = 0; i < 10; i++) {
            assertThat(said(say())).isEqualTo("b hello");
        }

        EchoCell c = serve("c");
        for (int i = 0; i < 200 && c.calls() == 0; i++) {
            said(say());
        }
        assertThat(c.calls()).isPositive();
    }

    @Test
    void whereNobodyIsThereTheAnswerComesAtOnce() {
        assertThat(code(say())).isEqualTo(OutcomeCode.SERVICE_UNAVAILABLE);
        serve("a").kill();
        assertThat(code(say())).isEqualTo(OutcomeCode.SERVICE_UNAVAILABLE);
        assertThatThrownBy(() -> say().response()).isInstanceOf(RefusedException.class);
    }

    @Requirement({"B6.3-d", "P6.2.3-f"})
    @Test
    void aQuestionWhoseAnswerGotLostIsAskedOfAnother() {
        losing("a");
        serve("b");
        useTurns(FaultTolerance.FAIL_OVER);

        assertThat(said(look())).isEqualTo("b hello");
    }

    @Requirement("B6.3-d")
    @Test
    void aChangeWhoseAnswerGotLostIsRepeatedWithItsTraceNumber() {
        EchoCell a = losing("a");
        EchoCell b = serve("b");
        useTurns(FaultTolerance.FAIL_OVER);

        assertThat(said(clients.call(call(EchoGrpc.getPutMethod()).with(traced()))))
                .isEqualTo("b hello");

        assertThat(a.calls()).isEqualTo(1);
        assertThat(b.contexts.getFirst().trace()).contains(TRACE);
    }

    @Requirement("B6.3-d")
    @Test
    void whatIsNotMarkedSafeIsNeverSentTwice() {
        losing("a");
        EchoCell b = serve("b");
        useTurns(FaultTolerance.FAIL_OVER);

        ServiceAnswer<SayResponse> unmarked =
                clients.call(call(EchoGrpc.getSayMethod()).with(traced()));

        assertThat(code(unmarked)).isEqualTo(OutcomeCode.UNKNOWN);
        assertThatThrownBy(unmarked::response).isInstanceOf(UnknownAnswerException.class);
        assertThat(b.calls()).isZero();
    }

    @Test
    void aChangeWithoutTraceNumberIsNeverSentTwice() {
        losing("a");
        EchoCell b = serve("b");
        useTurns(FaultTolerance.FAIL_OVER);

        assertThat(code(clients.call(call(EchoGrpc.getPutMethod()).with(until(20_000)))))
                .isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(b.calls()).isZero();
    }

    @Requirement("B6.3-d")
    @Test
    void whoFailsFastAsksOnce() {
        losing("a");
        EchoCell b = serve("b");
        useTurns(FaultTolerance.FAIL_FAST);

        assertThat(code(look())).isEqualTo(OutcomeCode.SERVICE_UNAVAILABLE);
        assertThat(b.calls()).isZero();
    }

    @Test
    void aFailureThatDoesNotMatterIsADefaultValue() {
        losing("a");
        useTurns(FaultTolerance.FAIL_SAFE);

        ServiceAnswer<SayResponse> answer = say();

        assertThat(answer).isInstanceOf(ServiceAnswer.Ignored.class);
        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(answer.response()).isEqualTo(SayResponse.getDefaultInstance());
    }

    @Test
    void repetitionsEndWithTheBudget() {
        EchoCell a = new EchoCell("a", request -> CompletableFuture.failedFuture(broken()));
        servers.add(a);
        listed.add(ECHO, instance(a));
        clients.policies(
                new ServicePolicies(
                        new ServicePolicy(
                                MethodPolicy.USUAL, Map.of(), ServicePolicy.USUAL.pool(), 0, 3),
                        Map.of()));

        for (int i = 0; i < 5; i++) {
            assertThat(code(look())).isEqualTo(OutcomeCode.SERVICE_UNAVAILABLE);
        }

        assertThat(a.calls()).isEqualTo(5 + 3);
    }

    @Requirement("P6.2.2.5-g")
    @Test
    void whatACallHasUsedUpItsOwnCallsDoNotHave() {
        EchoCell behind = serve("behind");
        EchoCell front =
                new EchoCell(
                        "front",
                        request ->
                                clients.callAsync(call(EchoGrpc.getLookMethod()))
                                        .thenApply(ServiceAnswer::response));
        servers.add(front);
        listed.add("front", instance(front));

        var answer =
                clients.call(
                        ServiceCall.of("front", EchoGrpc.getSayMethod(), hello())
                                .with(until(3_000)));

        assertThat(said(answer)).isEqualTo("behind hello");
        assertThat(behind.contexts.getFirst().deadline().remaining())
                .isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void aPassedDeadlineCallsNobody() {
        EchoCell a = serve("a");

        assertThat(code(clients.call(call(EchoGrpc.getSayMethod()).with(until(0)))))
                .isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        assertThat(a.calls()).isZero();
    }

    @Requirement("P6.2.2.5-g")
    @Test
    void anAnswerThatDoesNotComeIsNotWaitedForBeyondTheDeadline() {
        EchoCell a = serve("a");
        a.behave(request -> new CompletableFuture<>());

        ServiceAnswer<SayResponse> answer =
                clients.call(call(EchoGrpc.getSayMethod()).with(until(200)));

        assertThat(code(answer)).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(a.contexts.getFirst().deadline().remaining()).isLessThan(Duration.ofMillis(200));
    }

    @Test
    void theTimeThatIsLeftIsWrittenAsGrpcReadsIt() {
        assertThat(Attempt.timeout(Duration.ofMillis(1_500).toNanos())).isEqualTo("1500000u");
        assertThat(Attempt.timeout(Duration.ofMinutes(30).toNanos())).isEqualTo("1800000m");
        assertThat(Attempt.timeout(Duration.ofDays(30).toNanos())).isEqualTo("2592000S");
        assertThat(Attempt.timeout(-1)).isEqualTo("1u");
    }

    @Requirement("P6.2.2.6-c")
    @Test
    void anInstanceThatIsStoppingIsPassedOver() {
        EchoCell stopping = serve("a");
        stopping.behave(request -> {
            Thread.ofVirtual().start(() -> stopping.server().stop(Duration.ofSeconds(50)));
            return EchoCell.done(EchoCell.refusal(OutcomeCode.SHUTTING_DOWN));
        });
        serve("b");
        useTurns(FaultTolerance.FAIL_OVER);

        for (int i = 0; i < 4; i++) {
            assertThat(said(say())).isEqualTo("b hello");
        }
    }

    @Test
    void streamsGoToAnInstanceAndStay() throws InterruptedException {
        serve("a");
        serve("b");
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        StreamObserver<SayRequest> talk =
                EchoGrpc.newStub(clients.channel(ECHO))
                        .talk(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(SayResponse value) {
                                        heard.add(value.getText());
                                    }

                                    @Override
                                    public void onError(Throwable fault) {
                                        heard.add(fault.toString());
                                    }

                                    @Override
                                    public void onCompleted() {
                                        heard.add("end");
                                    }
                                });
        talk.onNext(hello());
        String first = next(heard);
        talk.onNext(hello());
        String second = next(heard);
        talk.onCompleted();

        assertThat(first).endsWith("hello").isEqualTo(second);
        assertThat(next(heard)).isEqualTo("end");
    }

    @Test
    void generatedStubsPassOverWhoFailedBefore() {
        serve("a").kill();
        serve("b");
        var stub = EchoGrpc.newBlockingStub(clients.channel(ECHO));
        List<String> heard = new ArrayList<>();

        for (int i = 0; i < 10; i++) {
            try {
                heard.add(stub.say(hello()).getText());
            } catch (StatusRuntimeException once) {
                heard.add("failed");
            }
        }

        assertThat(heard).contains("b hello");
        assertThat(heard.stream().filter("failed"::equals).count()).isLessThanOrEqualTo(1);
    }

    @Test
    void aStubOfAServiceThatNobodyServesIsRefused() {
        assertThatThrownBy(() -> EchoGrpc.newBlockingStub(clients.channel("nobody")).say(hello()))
                .hasMessageContaining("SERVICE_UNAVAILABLE");
    }

    @Requirement({"B6.3-a", "P6.2.1-d", "P6.2.2.1-b", "P6.2.2.4-b", "P6.2.3-a"})
    @Test
    void instancesAreFoundInTheRegistryByLabelsToo() {
        EchoCell a = EchoCell.named("a");
        servers.add(a);
        InMemoryRegistry registry = new InMemoryRegistry(timer);
        registry.register(
                new ServiceInstance(
                        ECHO,
                        Optional.empty(),
                        "a",
                        "127.0.0.1",
                        a.endpoint().port(),
                        Map.of("site", "east", "city", "hangzhou", "weight", "300")),
                () -> true);

        Instance<Endpoint> read = RegisteredInstances.of(registry.instances(ECHO).getFirst());
        assertThat(read.place()).isEqualTo(new Place("east", "hangzhou"));
        assertThat(read.weight()).isEqualTo(300);
        try (ServiceClients registered =
                clients(new RegisteredInstances(registry), ServicePolicies.USUAL)) {
            assertThat(registered.followed()).isEmpty();
            assertThat(said(registered.call(call(EchoGrpc.getSayMethod())))).isEqualTo("a hello");
            assertThat(registered.followed()).containsOnlyKeys(ECHO);
        }
    }

    @Test
    void whoWasNotReachedAMomentAgoIsAskedOnceMoreBeforeNobodyIsThere() {
        EchoCell a = serve("a");
        int port = a.endpoint().port();
        assertThat(said(say())).isEqualTo("a hello");
        a.kill();
        use(
                new MethodPolicy(
                        Way.ROUND_ROBIN,
                        FaultTolerance.FAIL_OVER,
                        100,
                        Duration.ofSeconds(5),
                        new Backoff(Duration.ofMillis(150), Duration.ofMillis(800))));
        timer.after(
                Duration.ofMillis(200),
                () ->
                        servers.add(
                                new EchoCell(
                                        "a",
                                        port,
                                        request -> EchoCell.done(EchoCell.answer("back")))));

        assertThat(said(clients.call(call(EchoGrpc.getPutMethod())))).isEqualTo("back");
    }

    @Test
    void theFirstCallWaitsForTheFirstList() {
        EchoCell a = EchoCell.named("a");
        servers.add(a);
        try (ServiceClients first = clients(told(a), ServicePolicies.USUAL)) {
            assertThat(said(first.call(call(EchoGrpc.getSayMethod())))).isEqualTo("a hello");
        }
    }

    @Test
    void theFirstCallOfAStubWaitsForTheFirstListToo() throws Exception {
        EchoCell a = EchoCell.named("a");
        servers.add(a);
        try (ServiceClients first = clients(told(a), ServicePolicies.USUAL)) {
            assertThat(EchoGrpc.newBlockingStub(first.channel(ECHO)).say(hello()).getText())
                    .isEqualTo("a hello");
        }
        try (ServiceClients first = clients(told(a), ServicePolicies.USUAL)) {
            assertThat(
                            EchoGrpc.newFutureStub(first.channel(ECHO))
                                    .say(hello())
                                    .get(20, TimeUnit.SECONDS)
                                    .getText())
                    .isEqualTo("a hello");
        }
    }

    @Test
    void theFirstCallOfAStubWaitsNoLongerThanItsDeadlineAndMayBeGivenUp() throws Exception {
        try (ServiceClients first = clients(told(), ServicePolicies.USUAL)) {
            assertThatThrownBy(() ->
                            EchoGrpc.newBlockingStub(first.channel(ECHO))
                                    .withDeadlineAfter(50, TimeUnit.MILLISECONDS)
                                    .say(hello()))
                    .hasMessageContaining("deadline passed before an instance was known");
            var closed = new CompletableFuture<io.grpc.Status>();
            var call = first.channel(ECHO).newCall(EchoGrpc.getSayMethod(), CallOptions.DEFAULT);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(io.grpc.Status status, Metadata trailers) {
                            closed.complete(status);
                        }
                    },
                    new Metadata());
            call.cancel("enough", null);
            assertThat(closed.get(20, TimeUnit.SECONDS).getCode())
                    .isEqualTo(io.grpc.Status.Code.CANCELLED);
        }
    }

    /** Instances that are told of a moment after they were asked for. */
    private ServiceInstances told(EchoCell... echoes) {
        return new ServiceInstances() {
            @Override
            public Runnable watch(String service, Consumer<List<Instance<Endpoint>>> listener) {
                listener.accept(List.of());
                timer.after(
                        Duration.ofMillis(100),
                        () ->
                                listener.accept(
                                        Arrays.stream(echoes)
                                                .map(ServiceClientsTest::instance)
                                                .toList()));
                return () -> {};
            }

            @Override
            public Duration firstList() {
                return Duration.ofSeconds(20);
            }
        };
    }

    @Requirement("P6.2.2.5-a")
    @Test
    void anAddressMayTakeTheRegistrysPlace() {
        EchoCell a = EchoCell.named("a");
        servers.add(a);
        try (ServiceClients direct =
                clients(
                        listed.except(Map.of("direct", List.of(a.endpoint()))),
                        ServicePolicies.USUAL)) {
            assertThat(
                            said(
                                    direct.call(
                                            ServiceCall.of(
                                                    "direct", EchoGrpc.getSayMethod(), hello()))))
                    .isEqualTo("a hello");
        }
    }

    private static String next(BlockingQueue<String> heard) throws InterruptedException {
        return String.valueOf(heard.poll(20, TimeUnit.SECONDS));
    }

    private static RuntimeException broken() {
        return io.grpc.Status.UNAVAILABLE.withDescription("by the test").asRuntimeException();
    }

    private ServiceClients clients(ServiceInstances instances, ServicePolicies policies) {
        return ServiceClients.builder(
                        instances, new Channels(RpcClientConfig.DEFAULT), Clock.system(), timer)
                .policies(policies)
                .here(new Place("east", "hangzhou"))
                .self("test")
                .build();
    }

    private void use(MethodPolicy policy) {
        clients.policies(new ServicePolicies(ServicePolicy.USUAL.withUsual(policy), Map.of()));
    }

    /** In turns, so that the first instance is asked first. */
    private void useTurns(FaultTolerance tolerance) {
        use(MethodPolicy.USUAL.with(Way.ROUND_ROBIN).with(tolerance));
    }

    private EchoCell serve(String name) {
        EchoCell echo = EchoCell.named(name);
        servers.add(echo);
        listed.add(ECHO, instance(echo));
        return echo;
    }

    /** Takes a call, and is gone. */
    private EchoCell losing(String name) {
        EchoCell echo = serve(name);
        echo.behave(request -> {
            Thread.ofVirtual().start(echo::kill);
            return new CompletableFuture<>();
        });
        return echo;
    }

    private static Instance<Endpoint> instance(EchoCell echo) {
        return Instance.of(echo.endpoint().instance(), echo.endpoint());
    }

    private ServiceAnswer<SayResponse> look() {
        return clients.call(call(EchoGrpc.getLookMethod()));
    }

    private ServiceAnswer<SayResponse> say() {
        return clients.call(call(EchoGrpc.getSayMethod()));
    }

    private static ServiceCall<SayRequest, SayResponse> call(
            MethodDescriptor<SayRequest, SayResponse> method) {
        return ServiceCall.of(ECHO, method, hello());
    }

    private static CallContext traced() {
        return until(20_000).withTrace(TRACE);
    }

    private static RequestContext until(long millis) {
        return RequestContext.until(Deadline.after(Duration.ofMillis(millis), Clock.system()));
    }

    private static String said(ServiceAnswer<SayResponse> answer) {
        assertThat(answer).isInstanceOf(ServiceAnswer.Answered.class);
        return answer.response().getText();
    }

    private static OutcomeCode code(ServiceAnswer<SayResponse> answer) {
        return answer.outcome().code();
    }

    private static SayRequest hello() {
        return SayRequest.newBuilder().setText("hello").build();
    }
}

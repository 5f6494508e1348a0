package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.Place;
import io.feiqian.balancing.Way;
import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What docs/services.md shows of calls; ServicesPageTest compares. */
class CallSnippetsTest {
    private final Timer timer = Timer.system("snippets");
    private final EchoCell server = EchoCell.named("a");
    private final Registry registry = new InMemoryRegistry(timer);

    @AfterEach
    void close() {
        server.close();
        timer.close();
    }

    @Test
    void aCallFindsItsService() {
        registry.register(
                new ServiceInstance(
                        "greetings",
                        Optional.empty(),
                        "a",
                        "127.0.0.1",
                        server.endpoint().port(),
                        Map.of()),
                () -> true);
        try (ServiceClients clients = clients(registry, CallPolicies.NONE)) {
            assertThat(greeting(clients)).isEqualTo("a hello");
            turns(clients);
            assertThat(greeting(clients)).isEqualTo("a hello");
        }
        try (ServiceClients clients = clients(registry, new NoGreetings())) {
            assertThat(clients.call(call()).outcome().code()).isEqualTo(OutcomeCode.NOT_PERMITTED);
        }
    }

    @Test
    void aServiceWarmsUpBeforeItIsFound() {
        Greetings greetings = new Greetings();
        RpcServer server = serve(greetings);
        try (ServiceClients clients = clients(registry, CallPolicies.NONE)) {
            assertThat(greeting(clients)).isEqualTo("good morning");
        } finally {
            server.stop(Duration.ZERO);
        }
        assertThat(registry.instances("greetings")).isEmpty();
    }

    private RpcServer serve(Greetings greetings) {
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .addBlocking(greetings)
                        .registration(
                                new ServiceRegistration(
                                        registry,
                                        "greetings",
                                        "greetings-a",
                                        "127.0.0.1",
                                        Map.of("site", "east", "version", "7")))
                        .warmUp("texts", greetings::loadTexts)
                        .selfCheck(greetings::databaseAnswers)
                        .timer(timer)
                        .build();
        server.start().ready();
        return server;
    }

    /** A service with something to load first. */
    private static final class Greetings extends EchoGrpc.EchoImplBase {
        private volatile String text = "";

        void loadTexts() {
            text = "good morning";
        }

        boolean databaseAnswers() {
            return true;
        }

        @Override
        public void look(SayRequest request, StreamObserver<SayResponse> answer) {
            answer.onNext(EchoCell.answer(text));
            answer.onCompleted();
        }
    }

    private ServiceClients clients(Registry registry, CallPolicies rules) {
        Clock clock = Clock.system();
        return ServiceClients.builder(
                        new RegisteredInstances(registry),
                        new Channels(RpcClientConfig.DEFAULT, timer),
                        clock,
                        timer)
                .self("branches")
                .here(new Place("east", "hangzhou"))
                .rules(rules)
                .build();
    }

    private static ServiceCall<SayRequest, SayResponse> call() {
        return ServiceCall.of(
                "greetings",
                EchoGrpc.getLookMethod(),
                SayRequest.newBuilder().setText("hello").build());
    }

    private static String greeting(ServiceClients clients) {
        SayRequest request = SayRequest.newBuilder().setText("hello").build();
        ServiceAnswer<SayResponse> answer =
                clients.call(ServiceCall.of("greetings", EchoGrpc.getLookMethod(), request));
        return switch (answer) {
            case ServiceAnswer.Answered(var response, var outcome) -> response.getText();
            case ServiceAnswer.Failed(var outcome, var status) -> outcome.message();
            case ServiceAnswer.Ignored(var response, var outcome) -> "";
        };
    }

    private static void turns(ServiceClients clients) {
        ServicePolicy greetings =
                ServicePolicy.USUAL.withUsual(
                        MethodPolicy.USUAL.with(Way.ROUND_ROBIN).with(FaultTolerance.FAIL_FAST));
        clients.policies(new ServicePolicies(ServicePolicy.USUAL, Map.of("greetings", greetings)));
    }

    /** A rule. */
    static final class NoGreetings implements CallPolicies {
        @Override
        public Ruling outgoing(CallFacts call) {
            if (call.service().equals("greetings")) {
                return new Ruling.Refuse(
                        new Outcome.Refused(OutcomeCode.NOT_PERMITTED, "no greetings today"));
            }
            return Ruling.GO;
        }
    }
}

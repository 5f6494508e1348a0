package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Release.Served;
import io.feiqian.governance.ReleaseText;
import io.feiqian.governance.Releases;
import io.feiqian.governance.Side;
import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two versions of a service and the calls to it while one replaces the other. */
class ReleaseCallsTest {
    private static final String DOCUMENT =
            ReleaseText.begun(
                    "",
                    """
                    {"id": "echo-b", "service": "echo", "to": {"version": "b"}, "of": "account",
                     "steps": [50], "observe": "60s"}
                    """);

    private final Timer timer = Timer.system("release-calls");
    private final InMemoryRegistry registry = new InMemoryRegistry(timer);
    private final Releases releases = new Releases();
    private final Map<String, RpcServer> servers = new HashMap<>();
    private final Map<String, io.feiqian.registry.spi.Registration> places = new HashMap<>();
    private final ServiceClients clients =
            ServiceClients.builder(
                            new RegisteredInstances(registry),
                            new Channels(RpcClientConfig.DEFAULT),
                            Clock.system(),
                            timer)
                    .rules(
                            new GovernedCalls(
                                    Governance.of(GovernanceSetup.at(Side.CALLER)),
                                    releases,
                                    timer,
                                    Randomness.seeded(3),
                                    ""))
                    .build();

    private static final class Echo extends EchoGrpc.EchoImplBase {
        private final String name;

        Echo(String name) {
            this.name = name;
        }

        @Override
        public void say(SayRequest request, StreamObserver<SayResponse> answer) {
            answer.onNext(EchoCell.answer(name + "/" + CurrentCall.context().grayLabel()));
            answer.onCompleted();
        }
    }

    private void start(String name, Map<String, String> labels) {
        RpcServer server =
                RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                        .addBlocking(new Echo(name))
                        .build()
                        .start();
        servers.put(name, server);
        places.put(
                name,
                registry.register(
                        new ServiceInstance(
                                "echo", Optional.empty(), name, "127.0.0.1", server.port(), labels),
                        () -> true));
    }

    private String call(String label) {
        ServiceAnswer<SayResponse> answer =
                clients.call(
                        ServiceCall.of(
                                        "echo",
                                        EchoGrpc.getSayMethod(),
                                        SayRequest.getDefaultInstance())
                                .with(
                                        RequestContext.until(
                                                        Deadline.after(
                                                                Duration.ofSeconds(20),
                                                                Clock.system()))
                                                .labelled(label)));
        return answer instanceof ServiceAnswer.Answered<SayResponse> said
                ? said.response().getText()
                : answer.outcome().toString();
    }

    @AfterEach
    void close() {
        clients.close();
        timer.close();
        servers.values().forEach(each -> each.stop(Duration.ZERO));
        registry.close();
    }

    @Requirement({"P6.2.2.2-a", "P6.2.3-a"})
    @Test
    void labelledCallsGoToTheNewVersionTheOthersNeverAndNoneIsLostWhenItIsGone() {
        assertThat(releases.publish(DOCUMENT).isAccepted()).isTrue();
        start("a", Map.of());
        assertThat(call("version=b")).as("no gray one yet").isEqualTo("a/version=b");
        start("b", Map.of("version", "b"));
        for (int i = 0; i < 10; i++) {
            assertThat(call("version=b")).isEqualTo("b/version=b");
            assertThat(call("")).isEqualTo("a/");
        }
        // Gone without a word, and still listed: the base answers, and the call is not lost.
        RpcServer gone = java.util.Objects.requireNonNull(servers.get("b"));
        gone.stop(Duration.ZERO);
        for (int i = 0; i < 5; i++) {
            assertThat(call("version=b")).isEqualTo("a/version=b");
        }
        Served b = java.util.Objects.requireNonNull(releases.counted().get("echo-b")).b();
        assertThat(b.calls()).as("10 served, and those that did not reach it").isGreaterThan(10);
        assertThat(b.failed()).isEqualTo(b.calls() - 10);
        Served a = java.util.Objects.requireNonNull(releases.counted().get("echo-b")).a();
        assertThat(a.failed()).isZero();
        assertThat(a.calls()).isEqualTo(16);
    }

    @Test
    void whatWasCountedIsReadByOthersFromTheRegistry() throws InterruptedException {
        assertThat(releases.publish(DOCUMENT).isAccepted()).isTrue();
        releases.served("echo", name -> "b", OutcomeCode.INTERNAL_ERROR, 7);
        releases.served("echo", name -> "", OutcomeCode.ACCEPTED, 5);
        ServiceInstance self =
                new ServiceInstance("any", Optional.empty(), "gateway", "127.0.0.1", 1, Map.of());
        try (ReleaseReport report = ReleaseReport.begin(registry, self, releases, timer)) {
            for (int i = 0; i < 100 && ReleaseReport.all(registry).isEmpty(); i++) {
                timer.pause(Duration.ofMillis(50));
            }
            assertThat(ReleaseReport.all(registry))
                    .isEqualTo(Map.of("gateway", releases.counted()));
            assertThat(report).isNotNull();
        }
        assertThat(ReleaseReport.all(registry)).isEmpty();
    }
}

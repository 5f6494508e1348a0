package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.balancing.Way;
import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Requirement;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers that find out themselves that they are not well, and their callers. */
class SelfCheckTest {
    private static final String ECHO = "echo";
    private static final Instant START = Instant.parse("2026-11-23T08:00:00Z");

    private final Timer timer = Timer.system("self-check-test");
    private final InMemoryRegistry registry = new InMemoryRegistry(timer);
    private final Channels channels = new Channels(RpcClientConfig.DEFAULT);
    private final List<Checked> servers = new ArrayList<>();
    private final ServiceClients clients =
            ServiceClients.builder(
                            new RegisteredInstances(registry), channels, Clock.system(), timer)
                    .policies(
                            new ServicePolicies(
                                    ServicePolicy.USUAL.withUsual(
                                            MethodPolicy.USUAL.with(Way.ROUND_ROBIN)),
                                    Map.of()))
                    .build();

    /** A server whose health the test decides. */
    private final class Checked extends EchoGrpc.EchoImplBase {
        private final String name;
        private final RpcServer server;
        private volatile boolean well = true;

        Checked(String name) {
            this.name = name;
            this.server =
                    RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                            .add(this)
                            .registration(
                                    new ServiceRegistration(
                                            registry, ECHO, name, "127.0.0.1", Map.of()))
                            .selfCheck(() -> well)
                            .timer(timer)
                            .build()
                            .start();
            server.ready();
            servers.add(this);
        }

        @Override
        public void say(SayRequest request, StreamObserver<SayResponse> answer) {
            answer.onNext(EchoCell.answer(name));
            answer.onCompleted();
        }

        void awaitHealth(ServingStatus expected) {
            while (health() != expected) {
                Thread.onSpinWait();
            }
        }

        private ServingStatus health() {
            return HealthGrpc.newBlockingStub(
                            channels.to(new Endpoint(name, "127.0.0.1", server.port())))
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
        }
    }

    @AfterEach
    void close() {
        clients.close();
        servers.forEach(each -> each.server.stop(Duration.ZERO));
        channels.close();
        timer.close();
    }

    @Requirement("P6.2.2.5-j")
    @Test
    void whoIsNotWellIsPassedOverWithinSecondsAndCalledAgainWhenItIs() {
        Checked a = new Checked("a");
        Checked b = new Checked("b");
        assertThat(answers(10)).contains("a", "b");

        a.well = false;
        a.awaitHealth(ServingStatus.NOT_SERVING);
        assertThat(answers(10)).containsOnly("b");
        assertThat(registry.instances(ECHO)).hasSize(2);

        // Where nobody is well everybody is asked all the same.
        b.well = false;
        b.awaitHealth(ServingStatus.NOT_SERVING);
        assertThat(answers(10)).contains("a", "b");

        a.well = true;
        a.awaitHealth(ServingStatus.SERVING);
        assertThat(answers(10)).containsOnly("a");
    }

    @Requirement("P6.2.2.5-j")
    @Test
    void twoBadLooksInARowAreNeededAndThreeGoodOnes() {
        ManualTimer looks = new ManualTimer(new SettableClock(START));
        AtomicBoolean well = new AtomicBoolean(true);
        List<Boolean> told = new ArrayList<>();
        SelfWatch watch = new SelfWatch(well::get, looks, Runnable::run, told::add);
        watch.begin();

        well.set(false);
        looks.advance(SelfWatch.INTERVAL);
        well.set(true);
        looks.advance(SelfWatch.INTERVAL);
        well.set(false);
        looks.advance(SelfWatch.INTERVAL);
        assertThat(told).isEmpty();
        looks.advance(SelfWatch.INTERVAL);
        assertThat(told).containsExactly(false);

        well.set(true);
        looks.advance(SelfWatch.INTERVAL);
        looks.advance(SelfWatch.INTERVAL);
        assertThat(told).containsExactly(false);
        looks.advance(SelfWatch.INTERVAL);
        assertThat(told).containsExactly(false, true);

        watch.close();
        looks.advance(SelfWatch.INTERVAL);
        assertThat(looks.waiting()).isZero();
    }

    @Requirement("P6.2.2.5-j")
    @Test
    void aCheckThatHangsOrFailsIsABadOne() {
        ManualTimer looks = new ManualTimer(new SettableClock(START));
        List<Boolean> told = new ArrayList<>();
        List<Runnable> hanging = new ArrayList<>();
        new SelfWatch(
                        () -> {
                            throw new IllegalStateException("no disk");
                        },
                        looks,
                        hanging::add,
                        told::add)
                .begin();
        for (int i = 0; i < 3; i++) {
            looks.advance(SelfWatch.INTERVAL);
        }
        assertThat(hanging).hasSize(3);
        hanging.remove(1).run();
        hanging.remove(1).run();
        assertThat(told).containsExactly(false);
        hanging.removeFirst().run();
        assertThat(told).containsExactly(false);
    }

    @Test
    void whoIsDrainedAndWellAgainStaysDrainedAndTheOtherWayRound() {
        List<String> said = new CopyOnWriteArrayList<>();
        Intake intake = new Intake();
        Presence presence =
                new Presence(
                        new Registration() {
                            @Override
                            public void register(int port) {}

                            @Override
                            public void deregister() {}

                            @Override
                            public void draining(boolean now) {
                                said.add("passed over " + now);
                            }
                        },
                        intake);
        presence.ready(1);
        presence.drain();
        presence.foundItself(false);
        presence.foundItself(true);
        presence.foundItself(false);
        presence.resume();
        assertThat(said).doesNotContain("passed over false");
        presence.foundItself(true);
        assertThat(said).last().isEqualTo("passed over false");
        presence.leave();
        presence.foundItself(false);
        assertThat(said).last().isEqualTo("passed over false");
    }

    @Test
    void aCheckNeedsATimer() {
        assertThatThrownBy(() ->
                        RpcServer.builder(RpcServerConfig.loopback(0), Clock.system())
                                .selfCheck(() -> true)
                                .build())
                .hasMessageContaining("timer");
    }

    private List<String> answers(int count) {
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            heard.add(
                    clients.call(
                                    ServiceCall.of(
                                            ECHO,
                                            EchoGrpc.getSayMethod(),
                                            SayRequest.newBuilder().setText("hello").build()))
                            .response()
                            .getText());
        }
        return heard;
    }
}

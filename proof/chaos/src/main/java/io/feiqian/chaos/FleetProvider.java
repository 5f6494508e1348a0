package io.feiqian.chaos;

import io.feiqian.bank.contract.BankGrpc;
import io.feiqian.bank.contract.DepositRequest;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.configuration.Configuration;
import io.feiqian.configuration.KeptDocuments;
import io.feiqian.configuration.Recipient;
import io.feiqian.configuration.RegistrySource;
import io.feiqian.configuration.Seal;
import io.feiqian.configuration.StandingReport;
import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.rpc.Registration;
import io.feiqian.rpc.ResponseOutcome;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.rpc.ServiceRegistration;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** An instance of a service of a fleet. Callers reach it through a link that can be garbled. */
final class FleetProvider extends BankGrpc.BankImplBase implements AutoCloseable {
    private static final Duration LATE = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** How it serves. */
    enum Manner {
        WELL,
        LATE,
        NEVER
    }

    private final FleetMember member;
    private final String service;
    private final Timer timer;
    private final Governance governance;
    private final Configuration<FleetPolicies> policies;
    private final RegistrySource source;
    private final StandingReport report;
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();
    private volatile Manner manner = Manner.WELL;
    private volatile Optional<Running> running = Optional.empty();

    /** The server and the link to it, which begin and end together. */
    private record Running(RpcServer server, Link link) {}

    FleetProvider(FleetMember member, String service, Path folder, Timer timer) {
        this.member = member;
        this.service = service;
        this.timer = timer;
        this.governance = Governance.of(GovernanceSetup.at(Side.PROVIDER).with(member.clock()));
        Map<String, String> labels = Map.of("role", service);
        this.source = new RegistrySource(member.registry(), new Recipient(member.name(), labels));
        this.policies =
                Configuration.follow(
                        FleetPolicies.type(),
                        source,
                        Seal.NONE,
                        new KeptDocuments(folder.resolve(member.name())));
        policies.apply(now -> {
            Outcome outcome = governance.publish(now.document());
            if (!outcome.isAccepted()) {
                throw new IllegalArgumentException(outcome.message());
            }
        });
        this.report =
                StandingReport.begin(
                        member.registry(),
                        new ServiceInstance(
                                service, Optional.empty(), member.name(), "127.0.0.1", 1, labels),
                        List.of(policies));
        begin();
    }

    String service() {
        return service;
    }

    FleetMember member() {
        return member;
    }

    /** Serves, at new ports. */
    void begin() {
        try {
            int port = freePort();
            Link link = new Link(port);
            RpcServer server =
                    RpcServer.builder(RpcServerConfig.loopback(port), member.clock())
                            .add(this)
                            .rules(new GovernedCalls(governance, timer, Randomness.shared(port)))
                            .registration(new ThroughLink(link))
                            .build()
                            .start();
            running = Optional.of(new Running(server, link));
            server.ready();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Leaves in order. */
    void end() {
        running.ifPresent(each -> {
            var _ = each.server().stop(PATIENCE);
            each.link().close();
        });
        running = Optional.empty();
    }

    /** Serves in this manner from now on; who waited is answered once it serves well. */
    void serve(Manner newManner) {
        manner = newManner;
        if (newManner == Manner.WELL) {
            for (Runnable next = held.poll(); next != null; next = held.poll()) {
                next.run();
            }
        }
    }

    /** The way by which callers reach it. */
    void garble(boolean now) {
        running.ifPresent(each -> each.link().become(now ? Link.State.GARBLED : Link.State.UP));
    }

    /** How many deposits it took; they are what the policies limit. */
    long answered() {
        return answered.get();
    }

    /** The version of the policies that it says it goes by. */
    long said() {
        return policies.standing().version();
    }

    /** The version that it goes by. */
    int inForce() {
        return governance.report().version();
    }

    @Override
    public void transfer(TransferRequest request, StreamObserver<MovementResponse> answer) {
        inManner(() -> {
            answer.onNext(
                    MovementResponse.newBuilder()
                            .setOutcome(ResponseOutcome.toContract(Outcome.accepted(), false))
                            .build());
            answer.onCompleted();
        });
    }

    @Override
    public void deposit(DepositRequest request, StreamObserver<MovementResponse> answer) {
        answered.incrementAndGet();
        transfer(TransferRequest.getDefaultInstance(), answer);
    }

    private void inManner(Runnable answer) {
        switch (manner) {
            case WELL -> answer.run();
            case LATE -> {
                var _ = timer.after(LATE, answer);
            }
            case NEVER -> held.add(answer);
        }
    }

    @Override
    public void close() {
        serve(Manner.WELL);
        end();
        report.close();
        policies.close();
        source.close();
        member.close();
    }

    /** Registers the link's port in place of the server's. */
    private final class ThroughLink implements Registration {
        private final ServiceRegistration place =
                new ServiceRegistration(
                        member.registry(), service, member.name(), "127.0.0.1", Map.of());
        private final Link link;

        ThroughLink(Link link) {
            this.link = link;
        }

        @Override
        public void register(int port) {
            place.register(link.port());
        }

        @Override
        public void deregister() {
            place.deregister();
        }

        @Override
        public void draining(boolean now) {
            place.draining(now);
        }
    }
}

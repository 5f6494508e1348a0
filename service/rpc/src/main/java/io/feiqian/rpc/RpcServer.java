package io.feiqian.rpc;

import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.SelfCheck;
import io.feiqian.rpc.spi.WarmUp;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.telemetry.Tracing;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's gRPC server with a life in order: it listens, becomes ready and only then registers
 * (P6.2.2.3-a); it deregisters, refuses what is new, finishes what is in flight, and ends
 * (P6.2.2.6).
 *
 * <p>Handlers run on the network's own threads and must not block: they begin the work and answer
 * later, from whatever thread ends it. Services added as blocking run on virtual threads. Whatever
 * comes after {@link #start} may be called by any thread.
 */
public final class RpcServer {
    private static final Logger LOG = LoggerFactory.getLogger(RpcServer.class);
    private static final Duration LAST_FRAMES = Duration.ofSeconds(1);

    private final RpcServerConfig config;
    private final Server server;
    private final Admission admission;
    private final Presence presence;
    private final List<Draining> draining;
    private final Optional<TlsIdentity> identity;
    private final Map<String, WarmUp> warmUps;
    private final Optional<SelfWatch> selfWatch;
    private volatile int port;

    private RpcServer(Builder builder) {
        this.config = builder.config;
        this.admission = new Admission(builder.config.maxInFlight(), builder.intake, builder.admin);
        this.presence = new Presence(builder.registration, builder.intake);
        this.draining = List.copyOf(builder.draining);
        this.identity = builder.config.tls().map(TlsIdentity::ofServer);
        identity.ifPresent(each -> builder.timer.ifPresent(each::watched));
        this.warmUps = new LinkedHashMap<>(builder.warmUps);
        this.selfWatch =
                builder.selfCheck.map(check ->
                        new SelfWatch(
                                check,
                                builder.timer.orElseThrow(),
                                Thread::startVirtualThread,
                                presence::foundItself));
        this.server = builder.server(admission, presence, identity);
        if (builder.metrics != null) {
            builder.metrics.gauge("feiqian.rpc.server.in.flight", admission, Admission::inFlight);
        }
    }

    /** A server to be described; at least a token is needed before anything is guarded by it. */
    public static Builder builder(RpcServerConfig config, Clock clock) {
        return new Builder(config, clock);
    }

    /**
     * Warms up, one step after the other, and then listens; nobody reaches it before (P6.2.2.5-i).
     * Health says NOT_SERVING until {@link #ready}, and calls are served already.
     *
     * @throws UncheckedIOException where the port cannot be had; the message names it
     * @throws IllegalStateException where a step of its warm-up failed; the message names it
     */
    public RpcServer start() {
        warmUps.forEach(RpcServer::run);
        try {
            server.start();
        } catch (IOException taken) {
            throw new UncheckedIOException(
                    "gRPC port %s:%d cannot be had: %s"
                            .formatted(config.host(), config.port(), taken.getMessage()),
                    taken);
        }
        port = server.getPort();
        return this;
    }

    /**
     * Says that everything behind it works: the registry learns of it, and health says SERVING,
     * unless it is drained.
     */
    public void ready() {
        presence.ready(port());
        selfWatch.ifPresent(SelfWatch::begin);
    }

    /**
     * Drains: tells the registry that others are to be chosen, then refuses new calls with
     * SHUTTING_DOWN. What is in flight and what finishes something goes on, and so does what
     * operators ask. Does not wait; {@link Intake#inFlight} tells. Without effect where it is
     * drained.
     */
    public void drain() {
        presence.drain();
    }

    /** Takes new work again; without effect where it does. */
    public void resume() {
        presence.resume();
    }

    private static void run(String name, WarmUp step) {
        try {
            step.run();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("warm-up " + name + " was interrupted", interrupted);
        } catch (Exception failed) {
            throw new IllegalStateException(
                    "warm-up %s failed: %s".formatted(name, failed.getMessage()), failed);
        }
    }

    /** The port it listens at; 0 before {@link #start}. */
    public int port() {
        return port;
    }

    /** How many calls are in flight. */
    public int inFlight() {
        return admission.inFlight();
    }

    /**
     * Stops in order and blocks until it is over: deregisters, refuses new calls with
     * SHUTTING_DOWN, waits for those in flight, closes.
     *
     * @param patience how long calls in flight may take; then they are cut off
     * @return whether all of them ended
     */
    public boolean stop(Duration patience) {
        selfWatch.ifPresent(SelfWatch::close);
        presence.leave();
        var drained = admission.stop();
        draining.forEach(Draining::drain);
        boolean all = true;
        try {
            drained.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException late) {
            all = false;
            LOG.warn("{} calls in flight are cut off after {}", admission.inFlight(), patience);
        } catch (InterruptedException interrupted) {
            all = false;
            Thread.currentThread().interrupt();
        }
        identity.ifPresent(TlsIdentity::close);
        server.shutdown();
        if (all) {
            awaitLastFrames();
        }
        server.shutdownNow();
        awaitLastFrames();
        return all;
    }

    private void awaitLastFrames() {
        try {
            if (!server.awaitTermination(LAST_FRAMES.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("connections without calls are closed");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a server is made of. Not thread-safe. */
    public static final class Builder {
        private final RpcServerConfig config;
        private final Clock clock;
        private final List<ServerServiceDefinition> services = new ArrayList<>();
        private final Set<String> blocking = new HashSet<>();
        private final Set<String> admin = new HashSet<>();
        private final List<Draining> draining = new ArrayList<>();
        private Tracing tracing = Tracing.none();
        private Registration registration = Registration.none();
        private Intake intake = new Intake();
        private CallPolicies rules = CallPolicies.NONE;
        private Optional<Timer> timer = Optional.empty();
        private final Map<String, WarmUp> warmUps = new LinkedHashMap<>();
        private Optional<SelfCheck> selfCheck = Optional.empty();
        private @Nullable AdminToken adminToken;
        private @Nullable MeterRegistry metrics;

        private Builder(RpcServerConfig config, Clock clock) {
            this.config = config;
            this.clock = clock;
        }

        /** Serves this service; its handlers do not block. */
        public Builder add(BindableService service) {
            services.add(service.bindService());
            if (service instanceof Draining ends) {
                draining.add(ends);
            }
            return this;
        }

        /** Serves this service; each call runs on a virtual thread and may block. */
        public Builder addBlocking(BindableService service) {
            blocking.add(nameOf(service));
            return add(service);
        }

        /** Serves this service, on virtual threads, to those who show the admin token. */
        public Builder addAdmin(BindableService service) {
            admin.add(nameOf(service));
            return addBlocking(service);
        }

        /** The token for admin services and for methods that are for operators only. */
        public Builder adminToken(AdminToken token) {
            this.adminToken = token;
            return this;
        }

        /** Where spans begin; nowhere unless set. */
        public Builder tracing(Tracing newTracing) {
            this.tracing = newTracing;
            return this;
        }

        /** Where metrics are registered; nowhere unless set. */
        public Builder metrics(MeterRegistry registry) {
            this.metrics = registry;
            return this;
        }

        /** Who is told when the server is ready and when it goes; nobody unless set. */
        public Builder registration(Registration newRegistration) {
            this.registration = newRegistration;
            return this;
        }

        /** Which rules hold for what is served; none unless set. */
        public Builder rules(CallPolicies newRules) {
            this.rules = newRules;
            return this;
        }

        /**
         * By which the files for TLS are looked at every ten seconds, so that a renewed certificate
         * needs no restart; without one they are read once.
         */
        public Builder timer(Timer newTimer) {
            this.timer = Optional.of(newTimer);
            return this;
        }

        /**
         * What is done before it listens, in the order of these calls; a name that is there is
         * replaced.
         */
        public Builder warmUp(String name, WarmUp step) {
            warmUps.put(name, step);
            return this;
        }

        /**
         * By which the server finds out whether it is well, from when it is ready; needs a {@link
         * #timer}. While it is not, the registry says that others are to be chosen and health says
         * NOT_SERVING; calls are served.
         */
        public Builder selfCheck(SelfCheck check) {
            this.selfCheck = Optional.of(check);
            return this;
        }

        /** Whether it takes new work; an open one of its own unless set. */
        public Builder intake(Intake newIntake) {
            this.intake = newIntake;
            return this;
        }

        /**
         * The server, not listening yet.
         *
         * @throws IllegalStateException where an admin service is served without a token, or the
         *     server is to look at itself without a timer
         */
        public RpcServer build() {
            if (selfCheck.isPresent() && timer.isEmpty()) {
                throw new IllegalStateException("self-check without a timer");
            }
            if (!admin.isEmpty() && adminToken == null) {
                throw new IllegalStateException("admin services " + admin + " without a token");
            }
            return new RpcServer(this);
        }

        private Server server(
                Admission admission, Presence presence, Optional<TlsIdentity> identity) {
            NettyServerBuilder builder =
                    NettyServerBuilder.forAddress(
                                    new InetSocketAddress(config.host(), config.port()))
                            .directExecutor()
                            .maxInboundMessageSize(config.maxMessageBytes())
                            .maxInboundMetadataSize(config.maxHeaderBytes())
                            .keepAliveTime(config.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
                            .keepAliveTimeout(
                                    config.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
                            .permitKeepAliveTime(1, TimeUnit.SECONDS)
                            .permitKeepAliveWithoutCalls(true);
            if (!blocking.isEmpty()) {
                builder.callExecutor(
                        new ByService(
                                Set.copyOf(blocking), Executors.newVirtualThreadPerTaskExecutor()));
            }
            identity.ifPresent(each -> builder.sslContext(contextOf(each)));
            services.forEach(builder::addService);
            builder.addService(presence.healthService());
            // By which gateways learn what is served here, without its contract (P6.2.2.2-c).
            builder.addService(ProtoReflectionServiceV1.newInstance());
            // The last one added sees a call first.
            if (!rules.equals(CallPolicies.NONE)) {
                builder.intercept(new PolicyGuard(rules, clock));
            }
            if (metrics != null) {
                builder.intercept(new CallTimes(metrics));
            }
            AdminToken token = adminToken;
            builder.intercept(
                    token == null ? AdminGuard.withoutToken() : new AdminGuard(token, admin));
            builder.intercept(new ContextReader(config.defaultDeadline(), clock, tracing));
            if (!blocking.isEmpty()) {
                builder.intercept(new OnVirtualThreads(blocking));
            }
            builder.intercept(admission);
            return builder.build();
        }

        private static String nameOf(BindableService service) {
            return service.bindService().getServiceDescriptor().getName();
        }

        private static SslContext contextOf(TlsIdentity identity) {
            try {
                return identity.serverContext();
            } catch (SSLException unusable) {
                throw new IllegalStateException("TLS cannot be used", unusable);
            }
        }
    }
}

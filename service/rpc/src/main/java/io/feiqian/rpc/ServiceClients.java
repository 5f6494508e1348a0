package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.balancing.Place;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.grpc.Channel;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls to services that are not cells: finds the instances of a service, chooses one by the
 * method's policy, and calls it, again where that is safe, until the deadline and never beyond
 * (P6.2.3-a, P6.2.3-b, P6.2.3-f).
 *
 * <ul>
 *   <li>An instance that was not reached, or that refused unseen because it is stopping, is passed
 *       over for the next; where none is left the answer is SERVICE_UNAVAILABLE at once.
 *   <li>A call whose answer got lost is repeated where the contract says {@code NO_SIDE_EFFECTS} or
 *       {@code IDEMPOTENT}, or says {@code feiqian.rpc.changes} and the call has a trace number;
 *       with a pause, and while the budget lasts. Otherwise the outcome is unknown.
 *   <li>The deadline is that of the call which the current thread serves, unless the call brings a
 *       context of its own: what a request has used up, those that it calls do not have.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class ServiceClients implements AutoCloseable {
    private final ServiceInstances instances;
    private final Channels channels;
    private final Clock clock;
    private final Timer timer;
    private final Tracing tracing;
    private final CallPolicies policies;
    private final ClientMeters.Factory meters;
    private final String self;
    private final Place here;
    private final Randomness randomness;
    private final Overdue overdue;
    private final Map<String, Service> services = new ConcurrentHashMap<>();
    private volatile ServicePolicies settings;

    private ServiceClients(Builder builder) {
        this.instances = builder.instances;
        this.channels = builder.channels;
        this.clock = builder.clock;
        this.timer = builder.timer;
        this.tracing = builder.tracing;
        this.policies = builder.policies;
        this.meters = builder.meters;
        this.self = builder.self;
        this.here = builder.here;
        this.settings = builder.settings;
        this.randomness = Randomness.shared(builder.clock.nanos());
        this.overdue = new Overdue(builder.clock, builder.timer);
    }

    /**
     * Clients to be described.
     *
     * @param channels the connections; closed with the clients, shared with nobody else
     */
    public static Builder builder(
            ServiceInstances instances, Channels channels, Clock clock, Timer timer) {
        return new Builder(instances, channels, clock, timer);
    }

    /**
     * Makes the call and waits for its end, at most until its deadline. Meant for virtual threads;
     * never for threads of the network. Never throws for what happens to the call.
     */
    public <Q extends Message, A extends Message> ServiceAnswer<A> call(ServiceCall<Q, A> call) {
        OutgoingCall<Q, A> outgoing = new OutgoingCall<>(this, call);
        outgoing.begin();
        return outgoing.await();
    }

    /**
     * Makes the call; the future never fails, every failure is an outcome. It completes on threads
     * of the network or the timer, so what depends on it must not block.
     */
    public <Q extends Message, A extends Message> CompletableFuture<ServiceAnswer<A>> callAsync(
            ServiceCall<Q, A> call) {
        CompletableFuture<ServiceAnswer<A>> future = new CompletableFuture<>();
        new OutgoingCall<>(this, call).beginFor(future);
        return future;
    }

    /**
     * A channel to whichever instance each call chooses, for generated stubs: streams, and calls
     * that are not to be repeated. Context, deadline, choice and rules hold as for {@link #call};
     * there is one attempt. The first call to a service waits for its first list of instances. An
     * asynchronous stub's callbacks run on threads of the network.
     */
    public Channel channel(String service) {
        return new ServiceChannel(this, service);
    }

    /** Other policies from now on; calls under way end by those they began with. */
    public void policies(ServicePolicies newPolicies) {
        settings = newPolicies;
        services.forEach((name, service) -> service.policy(newPolicies.of(name)));
    }

    /** The services that this process has called, each with the instances that it knows of. */
    public Map<String, List<Endpoint>> followed() {
        Map<String, List<Endpoint>> all = new TreeMap<>();
        services.forEach((name, service) ->
                all.put(
                        name,
                        service.pool().members().stream()
                                .map(each -> each.target())
                                .sorted()
                                .toList()));
        return all;
    }

    /** Closes all connections; calls in flight end as they would when the network broke. */
    @Override
    public void close() {
        services.values().forEach(Service::close);
        channels.close();
    }

    Service service(String name) {
        Service known = services.get(name);
        return known != null
                ? known
                : services.computeIfAbsent(
                        name,
                        each ->
                                new Service(
                                        each,
                                        settings.of(each),
                                        here,
                                        clock,
                                        randomness,
                                        channels,
                                        instances,
                                        meters));
    }

    /** The context of a call that brings none. */
    CallContext context() {
        return CurrentCall.find().orElseGet(this::newContext);
    }

    private CallContext newContext() {
        return RequestContext.until(Deadline.after(channels.config().defaultDeadline(), clock));
    }

    Channels channels() {
        return channels;
    }

    Clock clock() {
        return clock;
    }

    Timer timer() {
        return timer;
    }

    Tracing tracing() {
        return tracing;
    }

    CallPolicies policies() {
        return policies;
    }

    Randomness randomness() {
        return randomness;
    }

    Overdue overdue() {
        return overdue;
    }

    String self() {
        return self;
    }

    /** What clients are made of. Not thread-safe. */
    public static final class Builder {
        private final ServiceInstances instances;
        private final Channels channels;
        private final Clock clock;
        private final Timer timer;
        private Tracing tracing = Tracing.none();
        private CallPolicies policies = CallPolicies.NONE;
        private ClientMeters.Factory meters = ClientMeters.none();
        private ServicePolicies settings = ServicePolicies.USUAL;
        private String self = "";
        private Place here = Place.UNKNOWN;

        private Builder(ServiceInstances instances, Channels channels, Clock clock, Timer timer) {
            this.instances = instances;
            this.channels = channels;
            this.clock = clock;
            this.timer = timer;
        }

        /** Where spans begin; nowhere unless set. */
        public Builder tracing(Tracing newTracing) {
            this.tracing = newTracing;
            return this;
        }

        /** Where metrics are registered; nowhere unless set. */
        public Builder metrics(MeterRegistry registry) {
            this.meters = ClientMeters.in(registry);
            return this;
        }

        /** Which rules hold for calls; none unless set. */
        public Builder rules(CallPolicies newPolicies) {
            this.policies = newPolicies;
            return this;
        }

        /** How services are called; the usual way unless set. */
        public Builder policies(ServicePolicies newPolicies) {
            this.settings = newPolicies;
            return this;
        }

        /** The name of the service that calls, which those it calls see; none unless set. */
        public Builder self(String name) {
            this.self = name;
            return this;
        }

        /** Where this process runs; nowhere in particular unless set. */
        public Builder here(Place place) {
            this.here = place;
            return this;
        }

        /** The clients, without a connection yet. */
        public ServiceClients build() {
            return new ServiceClients(this);
        }
    }
}

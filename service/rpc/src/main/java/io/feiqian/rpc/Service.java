package io.feiqian.rpc;

import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.balancing.Place;
import io.feiqian.balancing.Pool;
import io.feiqian.balancing.RetryBudget;
import io.feiqian.balancing.Way;
import io.feiqian.balancing.spi.Picker;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** What a process knows of one service that it calls. Thread-safe. */
final class Service implements AutoCloseable {
    /**
     * What holds for the calls of one method.
     *
     * @param policy how it is called
     * @param repetition what its contract says
     * @param picker chooses its instances
     * @param meters measures its calls
     */
    record Plan(MethodPolicy policy, Repetition repetition, Picker picker, ClientMeters meters) {}

    /** Changed as a whole with the policy. */
    private record State(ServicePolicy policy, RetryBudget budget, Map<String, Plan> plans) {}

    private final String name;
    private final Pool<Endpoint> pool;
    private final Randomness randomness;
    private final ClientMeters.Factory meters;
    private final Map<Way, Picker> pickers = new ConcurrentHashMap<>();
    private final Runnable unwatch;
    private final Clock clock;
    private final long firstListBy;
    private volatile State state;

    Service(
            String name,
            ServicePolicy policy,
            Place here,
            Clock clock,
            Randomness randomness,
            Channels channels,
            ServiceInstances instances,
            ClientMeters.Factory meters) {
        this.name = name;
        this.randomness = randomness;
        this.meters = meters;
        this.state = state(policy);
        this.clock = clock;
        this.firstListBy = clock.nanos() + instances.firstList().toNanos();
        this.pool = new Pool<>(policy.pool(), here, clock, new FollowedByChannels(channels));
        this.unwatch = instances.watch(name, pool::instances);
    }

    String name() {
        return name;
    }

    /** Whether nobody is known only because it was asked for a moment ago. */
    boolean mayBeToldYet() {
        return pool.members().isEmpty() && clock.nanos() - firstListBy < 0;
    }

    RetryBudget budget() {
        return state.budget();
    }

    Pool<Endpoint> pool() {
        return pool;
    }

    /** Another policy from now on; what is known of the instances stays. */
    void policy(ServicePolicy policy) {
        if (!policy.equals(state.policy())) {
            state = state(policy);
            pool.policy(policy.pool());
        }
    }

    Plan plan(MethodDescriptor<?, ?> method) {
        State now = state;
        Plan known = now.plans.get(method.getFullMethodName());
        return known != null
                ? known
                : now.plans.computeIfAbsent(
                        method.getFullMethodName(), id -> planOf(now.policy, method));
    }

    Optional<Member<Endpoint>> pick(
            Plan plan, long key, Set<Endpoint> tried, InstanceFilter filter) {
        if (tried.isEmpty() && filter.equals(InstanceFilter.ANY)) {
            return pool.pick(plan.picker(), key);
        }
        Predicate<Instance<?>> admitted =
                filter.among(
                        pool.members().stream()
                                .filter(each -> !tried.contains(each.target()))
                                .map(Member::instance)
                                .toList());
        return pool.pick(
                plan.picker(),
                key,
                each -> !tried.contains(each.target()) && admitted.test(each.instance()));
    }

    @Override
    public void close() {
        unwatch.run();
    }

    private static State state(ServicePolicy policy) {
        return new State(policy, policy.budget(), new ConcurrentHashMap<>());
    }

    private Plan planOf(ServicePolicy policy, MethodDescriptor<?, ?> method) {
        MethodPolicy own = policy.of(method.getFullMethodName());
        return new Plan(
                own,
                Repetition.of(method),
                pickers.computeIfAbsent(own.way(), way -> way.picker(randomness)),
                meters.of(name, method.getFullMethodName()));
    }
}

package io.feiqian.proxy;

import io.feiqian.balancing.EjectionReason;
import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.balancing.Place;
import io.feiqian.balancing.spi.PoolEvents;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Who belongs to a pool, and what is known of each beside how its calls end: the list, operators'
 * orders, active checks. Makes of it the weights that the pool goes by. Thread-safe.
 */
final class BackendRoll implements PoolEvents<Backend> {
    /** What a check said last. */
    private record Checked(BackendState.Health health, String detail) {
        static final Checked NOT = new Checked(BackendState.Health.UNKNOWN, "");
    }

    private final String pool;
    private final BackendOrders orders;
    private final PoolMeters meters;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, EjectionReason> ejected = new ConcurrentHashMap<>();
    private final Map<String, Checked> checked = new ConcurrentHashMap<>();
    private volatile List<BackendConfig> listed = List.of();
    private volatile boolean panicking;

    BackendRoll(String pool, BackendOrders orders, PoolMeters meters) {
        this.pool = pool;
        this.orders = orders;
        this.meters = meters;
    }

    void listed(List<BackendConfig> backends, Consumer<Collection<Instance<Backend>>> to) {
        locked(() -> {
            listed = List.copyOf(backends);
            Set<String> names =
                    listed.stream().map(BackendConfig::name).collect(Collectors.toSet());
            checked.keySet().retainAll(names);
            work(to);
        });
    }

    void changed(Consumer<Collection<Instance<Backend>>> to) {
        locked(() -> work(to));
    }

    void checked(
            String backend,
            BackendState.Health health,
            String detail,
            Consumer<Collection<Instance<Backend>>> to) {
        locked(() -> {
            if (listed.stream().noneMatch(each -> each.name().equals(backend))) {
                return;
            }
            checked.put(backend, new Checked(health, detail));
            work(to);
        });
    }

    boolean isEjected(String backend) {
        return !ejected.isEmpty() && ejected.containsKey(backend);
    }

    boolean isPanicking() {
        return panicking;
    }

    void forgotten() {
        meters.close();
    }

    Optional<Instance<Backend>> instance(String backend) {
        return listed.stream()
                .filter(each -> each.name().equals(backend))
                .findFirst()
                .map(each -> instance(each, each.weight()));
    }

    List<BackendState> states(List<Member<Backend>> members) {
        Map<String, Member<Backend>> byName =
                members.stream()
                        .collect(
                                Collectors.toMap(
                                        each -> each.instance().name(), Function.identity()));
        return listed.stream()
                .sorted(Comparator.comparing(BackendConfig::name))
                .map(each -> state(each, byName))
                .toList();
    }

    @Override
    public void ejected(Instance<Backend> instance, EjectionReason reason, Duration length) {
        ejected.put(instance.name(), reason);
        meters.ejected(instance.name(), reason);
    }

    @Override
    public void returned(Instance<Backend> instance) {
        ejected.remove(instance.name());
    }

    @Override
    public void left(Instance<Backend> instance) {
        ejected.remove(instance.name());
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    private void work(Consumer<Collection<Instance<Backend>>> to) {
        Map<String, BackendOrders.Order> ordered = new HashMap<>();
        listed.forEach(each -> ordered.put(each.name(), orders.of(pool, each.name())));
        List<BackendConfig> open =
                listed.stream()
                        .filter(each -> !orderOf(ordered, each).blocked())
                        .filter(each -> !orderOf(ordered, each).drained())
                        .filter(each -> weightOf(orderOf(ordered, each), each) > 0)
                        .toList();
        boolean panics = !open.isEmpty() && open.stream().allMatch(this::isDown);
        if (panics && !panicking) {
            meters.panicked();
        }
        panicking = panics;
        List<Instance<Backend>> instances = new ArrayList<>();
        for (BackendConfig each : listed) {
            BackendOrders.Order order = orderOf(ordered, each);
            if (!order.blocked()) {
                boolean none = order.drained() || (!panics && isDown(each));
                instances.add(instance(each, none ? 0 : weightOf(order, each)));
            }
        }
        meters.listed(listed, each -> !isDown(each));
        to.accept(instances);
    }

    private boolean isDown(BackendConfig backend) {
        BackendState.Health health = checked.getOrDefault(backend.name(), Checked.NOT).health();
        return health == BackendState.Health.DOWN || health == BackendState.Health.RISING;
    }

    private BackendState state(BackendConfig backend, Map<String, Member<Backend>> members) {
        String name = backend.name();
        Checked check = checked.getOrDefault(name, Checked.NOT);
        EjectionReason reason = ejected.get(name);
        Member<Backend> member = members.get(name);
        return new BackendState(
                pool,
                name,
                backend.address(),
                backend.cell(),
                backend.site(),
                backend.labels(),
                backend.weight(),
                member == null ? 0 : member.instance().weight(),
                orders.of(pool, name),
                check.health(),
                reason == null ? check.detail() : "ejected: " + reason,
                reason != null,
                member == null ? 0 : member.outstanding());
    }

    private Instance<Backend> instance(BackendConfig config, int weight) {
        return new Instance<>(
                config.name(),
                new Backend(pool, config.name(), addressOf(config), config.cell()),
                new Place(config.site(), config.city()),
                weight,
                config.labels());
    }

    /** Resolved where it is an address already, which needs nobody to be asked. */
    private static InetSocketAddress addressOf(BackendConfig config) {
        HostPort at = HostPort.parse(config.address());
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(at.host()), at.port());
        } catch (IllegalArgumentException name) {
            return InetSocketAddress.createUnresolved(at.host(), at.port());
        }
    }

    private static BackendOrders.Order orderOf(
            Map<String, BackendOrders.Order> ordered, BackendConfig backend) {
        return ordered.getOrDefault(backend.name(), BackendOrders.Order.NONE);
    }

    private static int weightOf(BackendOrders.Order order, BackendConfig backend) {
        return order.weight().orElse(backend.weight());
    }
}

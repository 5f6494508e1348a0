package io.feiqian.proxy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What operators ordered while the gateway runs: other weights, backends that are drained or
 * blocked, clients that are turned away (P6.1.1-d). Orders stand over the configuration and survive
 * another one; they end when they are taken back, or with the process. Thread-safe.
 */
public final class BackendOrders {
    /** So many networks of clients can be blocked. */
    static final int MOST_NETWORKS = 10_000;

    /** So many backends can have orders. */
    static final int MOST_BACKENDS = 10_000;

    /**
     * What holds for one backend.
     *
     * @param weight instead of the configured one; empty for that
     * @param drained whether it takes nothing new while another can, and what it has goes on
     * @param blocked whether it takes nothing at all, and what it has is cut
     */
    public record Order(OptionalInt weight, boolean drained, boolean blocked) {
        /** None. */
        public static final Order NONE = new Order(OptionalInt.empty(), false, false);

        /** Refuses a weight out of range. */
        public Order {
            if (weight.isPresent() && (weight.getAsInt() < 0 || weight.getAsInt() > 10_000)) {
                throw new IllegalArgumentException(
                        "weight: " + weight.getAsInt() + " (expected: 0 to 10000)");
            }
        }
    }

    /** Which backend, by the names of its pool and its own. */
    public record Which(String pool, String backend) {}

    /** What has changed. */
    public sealed interface Change {
        /** The order for a backend is another. */
        record OfBackend(Which which, Order order) implements Change {}

        /** The blocked networks are others. */
        record OfClients() implements Change {}
    }

    private final Map<Which, Order> orders = new ConcurrentHashMap<>();
    private final List<Consumer<Change>> watchers = new CopyOnWriteArrayList<>();
    private volatile Networks blocked = Networks.NONE;

    /** The order for this backend; {@link Order#NONE} where there is none. */
    public Order of(String pool, String backend) {
        return orders.isEmpty()
                ? Order.NONE
                : orders.getOrDefault(new Which(pool, backend), Order.NONE);
    }

    /** All orders for backends. */
    public Map<Which, Order> all() {
        return Map.copyOf(orders);
    }

    /** Gives a backend this weight; empty for the configured one. */
    public void weight(String pool, String backend, OptionalInt weight) {
        Order known = of(pool, backend);
        order(pool, backend, new Order(weight, known.drained(), known.blocked()));
    }

    /** Drains a backend, or takes that back. */
    public void drain(String pool, String backend, boolean drained) {
        Order known = of(pool, backend);
        order(pool, backend, new Order(known.weight(), drained, known.blocked()));
    }

    /** Blocks a backend, or takes that back. */
    public void block(String pool, String backend, boolean nowBlocked) {
        Order known = of(pool, backend);
        order(pool, backend, new Order(known.weight(), known.drained(), nowBlocked));
    }

    /**
     * Says all of it at once.
     *
     * @throws IllegalArgumentException where there are too many orders already
     */
    public void order(String pool, String backend, Order order) {
        Which which = new Which(pool, backend);
        synchronized (orders) {
            if (order.equals(Order.NONE)) {
                orders.remove(which);
            } else if (orders.size() >= MOST_BACKENDS && !orders.containsKey(which)) {
                throw tooMany("orders", MOST_BACKENDS);
            } else {
                orders.put(which, order);
            }
        }
        tell(new Change.OfBackend(which, order));
    }

    /**
     * Turns clients of this network away, those that are connected included.
     *
     * @throws IllegalArgumentException where too many are blocked already
     */
    public void blockClient(Network network) {
        synchronized (orders) {
            List<Network> all = new ArrayList<>(blocked.all());
            if (all.contains(network)) {
                return;
            }
            if (all.size() >= MOST_NETWORKS) {
                throw tooMany("blocked networks", MOST_NETWORKS);
            }
            all.add(network);
            blocked = Networks.of(all);
        }
        tell(new Change.OfClients());
    }

    /** Lets clients of this network in again. */
    public void unblockClient(Network network) {
        synchronized (orders) {
            List<Network> all = new ArrayList<>(blocked.all());
            if (!all.remove(network)) {
                return;
            }
            blocked = Networks.of(all);
        }
        tell(new Change.OfClients());
    }

    /** The networks whose clients are turned away. */
    public List<Network> blockedClients() {
        return blocked.all();
    }

    /** Whether this client is turned away. */
    public boolean blocks(InetAddress client) {
        return blocked.contain(client);
    }

    /**
     * Tells of every change from now on, on the thread of whoever changes something.
     *
     * @return ends it when run
     */
    public Runnable watch(Consumer<Change> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    private void tell(Change change) {
        watchers.forEach(each -> each.accept(change));
    }

    private static IllegalArgumentException tooMany(String what, int most) {
        return new IllegalArgumentException(
                "%s: more than %d (expected: fewer; take some back)".formatted(what, most));
    }
}

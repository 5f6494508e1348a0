package io.feiqian.rpc;

import io.feiqian.balancing.Instance;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where the instances of services are, as this process knows them; goes on with what it knew last
 * while the registry is down. Thread-safe.
 */
@FunctionalInterface
public interface ServiceInstances {
    /**
     * Tells the listener at once what is known of a service, and then of every change, in order.
     * Asked at the first call to a service, so that a process follows what it calls and nothing
     * else.
     *
     * @return ends it when run
     */
    Runnable watch(String service, Consumer<List<Instance<Endpoint>>> listener);

    /**
     * How long after {@link #watch} the first list may come, where nobody was known at once: a call
     * waits so long for it before it says that nobody is there.
     */
    default Duration firstList() {
        return Duration.ZERO;
    }

    /** Instances at addresses that do not change: a direct connection, past the registry. */
    static ServiceInstances fixed(Map<String, List<Endpoint>> services) {
        Map<String, List<Endpoint>> copy = Map.copyOf(services);
        return (service, listener) -> {
            listener.accept(
                    copy.getOrDefault(service, List.of()).stream()
                            .map(each -> Instance.of(each.instance(), each))
                            .toList());
            return () -> {};
        };
    }

    /** These, and for the services that this map names the addresses there. */
    default ServiceInstances except(Map<String, List<Endpoint>> direct) {
        ServiceInstances fixed = fixed(direct);
        Map<String, List<Endpoint>> copy = Map.copyOf(direct);
        ServiceInstances others = this;
        return new ServiceInstances() {
            @Override
            public Runnable watch(String service, Consumer<List<Instance<Endpoint>>> listener) {
                return copy.containsKey(service)
                        ? fixed.watch(service, listener)
                        : others.watch(service, listener);
            }

            @Override
            public Duration firstList() {
                return others.firstList();
            }
        };
    }
}

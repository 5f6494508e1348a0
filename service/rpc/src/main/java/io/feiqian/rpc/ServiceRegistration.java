package io.feiqian.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import java.util.Map;
import java.util.Optional;

/**
 * An instance of a service in the registry, where {@link RegisteredInstances} finds it: the
 * service's name is its role. While it is drained, or not well, it has no weight, so that it is
 * called only where nobody else is. Thread-safe.
 */
public final class ServiceRegistration implements Registration {
    private static final String WEIGHT = "weight";

    private final Registry registry;
    private final String service;
    private final String id;
    private final String host;
    private final Map<String, String> labels;

    @GuardedBy("this")
    private Optional<io.feiqian.registry.spi.Registration> place = Optional.empty();

    @GuardedBy("this")
    private boolean passedOver;

    @GuardedBy("this")
    private int port;

    /**
     * A place that is not taken yet.
     *
     * @param service the name of the service, as its callers ask for it
     * @param id the name of this instance, the same after a restart
     * @param host where others reach it
     * @param labels such as {@code site}, {@code city}, {@code weight} and {@code version}
     */
    public ServiceRegistration(
            Registry registry, String service, String id, String host, Map<String, String> labels) {
        this.registry = registry;
        this.service = service;
        this.id = id;
        this.host = host;
        this.labels = Map.copyOf(labels);
    }

    @Override
    public synchronized void register(int at) {
        port = at;
        place = Optional.of(registry.register(instance(), () -> true));
    }

    @Override
    public synchronized void deregister() {
        place.ifPresent(io.feiqian.registry.spi.Registration::close);
        place = Optional.empty();
    }

    @Override
    public synchronized void draining(boolean now) {
        if (passedOver != now) {
            passedOver = now;
            place.ifPresent(each -> each.change(instance()));
        }
    }

    @GuardedBy("this")
    private ServiceInstance instance() {
        ServiceInstance usual =
                new ServiceInstance(service, Optional.empty(), id, host, port, labels);
        return passedOver ? usual.with(WEIGHT, "0") : usual;
    }
}

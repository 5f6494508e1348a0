package io.feiqian.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.Registration;
import java.util.Optional;

/**
 * An instance's place in the registry, and beside it, while it is drained, the word that others are
 * to be chosen for new work. Both end with the process. Thread-safe.
 */
final class InstanceRegistration implements Registration {
    private final Registry registry;
    private final ServiceInstance instance;
    private final ServiceInstance drained;

    @GuardedBy("this")
    private Optional<io.feiqian.registry.spi.Registration> place = Optional.empty();

    @GuardedBy("this")
    private Optional<io.feiqian.registry.spi.Registration> word = Optional.empty();

    InstanceRegistration(Registry registry, ServiceInstance instance, ServiceInstance drained) {
        this.registry = registry;
        this.instance = instance;
        this.drained = drained;
    }

    @Override
    public synchronized void register(int port) {
        place = Optional.of(registry.register(instance, () -> true));
    }

    @Override
    public synchronized void deregister() {
        place.ifPresent(io.feiqian.registry.spi.Registration::close);
        place = Optional.empty();
        draining(false);
    }

    @Override
    public synchronized void draining(boolean now) {
        if (now && word.isEmpty()) {
            word = Optional.of(registry.register(drained, () -> true));
        } else if (!now) {
            word.ifPresent(io.feiqian.registry.spi.Registration::close);
            word = Optional.empty();
        }
    }
}

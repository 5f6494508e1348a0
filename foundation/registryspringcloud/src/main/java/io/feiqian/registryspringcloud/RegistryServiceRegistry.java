package io.feiqian.registryspringcloud;

import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;

/**
 * Registers this application, by its life cycle or by an operator through Spring Cloud's {@code
 * serviceregistry} endpoint: {@code DOWN} takes it out, {@code UP} brings it back. What is
 * registered is so once the application is ready (P6.2.2.3-a). Thread-safe.
 */
final class RegistryServiceRegistry implements ServiceRegistry<ThisApplication> {
    static final String UP = "UP";
    static final String DOWN = "DOWN";

    private static final Logger LOG = LoggerFactory.getLogger(RegistryServiceRegistry.class);

    private final Registry registry;
    private final BooleanSupplier ready;
    private final Map<ThisApplication, Registration> places = new ConcurrentHashMap<>();

    RegistryServiceRegistry(Registry registry, BooleanSupplier ready) {
        this.registry = registry;
        this.ready = ready;
    }

    @Override
    public void register(@Nullable ThisApplication application) {
        if (application == null) {
            return;
        }
        Optional<io.feiqian.registry.ServiceInstance> instance = application.instance();
        if (instance.isEmpty()) {
            LOG.info("{} listens nowhere and is not registered", application.getServiceId());
            return;
        }
        places.computeIfAbsent(application, each -> registry.register(instance.get(), ready));
    }

    /** Returns once it is out, or after two seconds. */
    @Override
    public void deregister(@Nullable ThisApplication application) {
        Registration place = application == null ? null : places.remove(application);
        if (place != null) {
            place.close();
        }
    }

    @Override
    public void close() {
        places.keySet().forEach(this::deregister);
    }

    @Override
    public void setStatus(ThisApplication application, String status) {
        switch (status) {
            case UP -> register(application);
            case DOWN -> deregister(application);
            default ->
                    throw new IllegalArgumentException(
                            "status: %s (expected: %s or %s)".formatted(status, UP, DOWN));
        }
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <T> T getStatus(ThisApplication application) {
        return (T) (isRegistered(application) ? UP : DOWN);
    }

    /** Whether others can see it. */
    boolean isRegistered(ThisApplication application) {
        Registration place = places.get(application);
        return place != null && place.registered().isDone();
    }
}

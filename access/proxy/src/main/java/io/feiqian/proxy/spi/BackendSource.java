package io.feiqian.proxy.spi;

import io.feiqian.proxy.BackendConfig;
import java.util.List;
import java.util.function.Consumer;

/**
 * The port of who knows the instances of services, such as the registry. Goes on with what it knew
 * last while that is down (D5.5-0). Thread-safe.
 */
@FunctionalInterface
public interface BackendSource {
    /**
     * Tells the listener at once what is known of a service, and then of every change, in order.
     * Must not block.
     *
     * @return ends it when run
     */
    Runnable watch(String service, Consumer<List<BackendConfig>> listener);

    /** Knows of nobody, for gateways without a registry. */
    static BackendSource none() {
        return (service, listener) -> () -> {};
    }
}

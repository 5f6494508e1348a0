package io.feiqian.registry.spi;

import io.feiqian.registry.ServiceInstance;
import java.util.concurrent.CompletableFuture;

/** An instance's place in the registry, held until it is left. Thread-safe. */
public interface Registration extends AutoCloseable {
    /** Completes once others can see the instance; not before it was ready. */
    CompletableFuture<Void> registered();

    /**
     * Says something else of the instance, such as another weight, without its leaving in between:
     * whoever watches sees the old words or the new ones. Returns at once; what the registry does
     * not take now it takes when it answers again. Without effect once it has left.
     *
     * @throws IllegalArgumentException for another instance or role than was registered
     */
    void change(ServiceInstance now);

    /**
     * Leaves: takes the instance out of the registry at once (P6.2.2.6-a, P6.2.2.6-b), before its
     * server stops taking calls. Returns once it is out, at the latest after two seconds; where the
     * registry does not answer, the instance goes out when it answers again, or with its lease.
     */
    @Override
    void close();
}

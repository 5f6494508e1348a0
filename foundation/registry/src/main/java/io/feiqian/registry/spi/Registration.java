package io.feiqian.registry.spi;

import java.util.concurrent.CompletableFuture;

/** An instance's place in the registry, held until it is left. Thread-safe. */
public interface Registration extends AutoCloseable {
    /** Completes once others can see the instance; not before it was ready. */
    CompletableFuture<Void> registered();

    /**
     * Leaves: takes the instance out of the registry at once (P6.2.2.6-a, P6.2.2.6-b), before its
     * server stops taking calls. Returns once it is out, at the latest after two seconds; where the
     * registry does not answer, the instance goes out when it answers again, or with its lease.
     */
    @Override
    void close();
}

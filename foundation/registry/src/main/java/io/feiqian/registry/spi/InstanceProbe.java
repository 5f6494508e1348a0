package io.feiqian.registry.spi;

import io.feiqian.registry.ServiceInstance;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The port through which an instance that the registry misses is asked itself whether it lives.
 * Thread-safe; does not block.
 */
@FunctionalInterface
public interface InstanceProbe {
    /**
     * Asks once. Completes within a little more than the time given and never exceptionally: what
     * cannot be told is {@link Answer#SILENT}.
     */
    CompletableFuture<Answer> ask(ServiceInstance instance, Duration atMost);

    /** What came back. */
    enum Answer {
        /** Somebody serves at its address. */
        ALIVE,
        /** Its machine says that nobody listens at its address. */
        REFUSED,
        /** Nothing: it may be dead, hung, or cut off from the process that asks. */
        SILENT
    }
}

package io.feiqian.rpc;

import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.CellId;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Registers a cell's server with the registry while it is ready. Thread-safe.
 *
 * <p>The lease is taken again after every loss by the registry's adapter; leaving is told to the
 * registry before the server refuses anything (P6.2.2.6-a).
 */
public final class CellRegistration implements Registration {
    private final Registry registry;
    private final CellId cell;
    private final String instance;
    private final String host;
    private final BooleanSupplier ready;
    private io.feiqian.registry.spi.@Nullable Registration lease;

    /**
     * Registers under this name.
     *
     * @param host where others reach this process
     * @param ready asked until it first says yes; quick
     */
    public CellRegistration(
            Registry registry, CellId cell, String instance, String host, BooleanSupplier ready) {
        this.registry = registry;
        this.cell = cell;
        this.instance = instance;
        this.host = host;
        this.ready = ready;
    }

    @Override
    public synchronized void register(int port) {
        if (lease == null) {
            lease = registry.register(ServiceInstance.of(cell, instance, host, port), ready);
        }
    }

    @Override
    public synchronized void deregister() {
        io.feiqian.registry.spi.Registration held = lease;
        lease = null;
        if (held != null) {
            held.close();
        }
    }
}

package io.feiqian.configuration;

import io.feiqian.configuration.spi.DocumentSource;
import io.feiqian.configuration.spi.Offer;
import io.feiqian.registry.Document;
import io.feiqian.registry.spi.Registry;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Documents as they are published in the registry, pushed within a second; each process takes what
 * is meant for it. While the registry is away, what it said last is offered on. Thread-safe.
 */
public final class RegistrySource implements DocumentSource, AutoCloseable {
    private final Registry registry;
    private final Recipient self;

    /** The registry's own threads must not wait for who applies a change. */
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(
                    Thread.ofVirtual().name("feiqian-configuration").factory());

    /** What this registry publishes to this process. */
    public RegistrySource(Registry registry, Recipient self) {
        this.registry = registry;
        this.self = self;
    }

    @Override
    public Optional<Offer> read(String name) {
        Optional<Document> found = registry.document(Published.PREFIX + name);
        return found.map(each -> Published.parse(name, each.content()).choose(self));
    }

    @Override
    public Runnable watch(String name, Runnable listener) {
        return registry.watchDocument(Published.PREFIX + name, _ -> queue(listener));
    }

    /** Looks no more; what runs ends. */
    @Override
    public void close() {
        worker.shutdown();
    }

    private void queue(Runnable listener) {
        if (!worker.isShutdown()) {
            worker.execute(listener);
        }
    }
}

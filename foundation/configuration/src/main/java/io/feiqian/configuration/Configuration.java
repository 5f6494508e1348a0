package io.feiqian.configuration;

import io.feiqian.configuration.spi.DocumentSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One document as it holds now, followed at its source. Thread-safe; reading is one volatile read.
 *
 * <p>A change that cannot be used is logged and changes nothing: what held before holds on.
 *
 * @param <T> the record
 */
public final class Configuration<T extends Record> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);

    private final DocumentType<T> type;
    private final DocumentSource source;
    private final List<Consumer<T>> listeners = new CopyOnWriteArrayList<>();
    private final Runnable endWatch;
    private volatile T current;

    private Configuration(DocumentType<T> type, DocumentSource source) {
        this.type = type;
        this.source = source;
        this.current = read();
        this.endWatch = source.watch(type.name(), this::follow);
    }

    /**
     * Opens a document; its type's defaults hold where there is none.
     *
     * @throws ConfigurationException where the document cannot be used
     */
    public static <T extends Record> Configuration<T> open(
            DocumentType<T> type, DocumentSource source) {
        return new Configuration<>(type, source);
    }

    /** What holds now. */
    public T current() {
        return current;
    }

    /**
     * Tells the listener of every change from now on, in order.
     *
     * @return ends it when run
     */
    public Runnable onChange(Consumer<T> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /**
     * Reads the document again and tells the listeners where it changed.
     *
     * @return whether it changed
     * @throws ConfigurationException where it cannot be used; what held before holds on
     */
    public synchronized boolean reload() {
        T now = read();
        if (now.equals(current)) {
            return false;
        }
        current = now;
        LOG.info("configuration {} changed", type.name());
        for (Consumer<T> each : listeners) {
            try {
                each.accept(now);
            } catch (RuntimeException fault) {
                LOG.error("a listener of configuration {} failed", type.name(), fault);
            }
        }
        return true;
    }

    /** Follows the source no longer. */
    @Override
    public void close() {
        endWatch.run();
    }

    private void follow() {
        try {
            reload();
        } catch (RuntimeException unusable) {
            LOG.error("configuration {} is left as it was", type.name(), unusable);
        }
    }

    private T read() {
        return source.read(type.name()).map(type::parse).orElseGet(type::defaults);
    }
}

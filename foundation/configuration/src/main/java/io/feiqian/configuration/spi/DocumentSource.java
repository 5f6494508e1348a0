package io.feiqian.configuration.spi;

import java.util.Optional;

/** The port to where documents lie: files, or the registry. Thread-safe. */
public interface DocumentSource {
    /**
     * A document as it holds for this process; empty where there is none.
     *
     * @throws java.io.UncheckedIOException where the source does not answer
     * @throws io.feiqian.configuration.ConfigurationException where what lies there is no document
     */
    Optional<Offer> read(String name);

    /**
     * Runs the listener after the document may have changed, on a thread that may block, never two
     * at once.
     *
     * @return ends it when run
     */
    Runnable watch(String name, Runnable listener);
}

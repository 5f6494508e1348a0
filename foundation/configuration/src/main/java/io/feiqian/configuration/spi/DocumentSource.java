package io.feiqian.configuration.spi;

import java.util.Optional;

/** The port to where documents lie: files now, a database with their history later. Thread-safe. */
public interface DocumentSource {
    /**
     * The text of a document; empty where there is none.
     *
     * @throws java.io.UncheckedIOException where the source does not answer
     */
    Optional<String> read(String name);

    /**
     * Runs the listener after the document's text may have changed, on a thread that may block.
     *
     * @return ends it when run
     */
    Runnable watch(String name, Runnable listener);
}

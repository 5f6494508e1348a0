package io.feiqian.registry.spi;

import java.util.function.Consumer;

/**
 * A candidate's part in an election. Thread-safe.
 *
 * <p>Leadership avoids double work and never guards data: a leader that was paused may believe in
 * itself for a moment longer, so what it writes is fenced by the database.
 */
public interface Candidacy extends AutoCloseable {
    /**
     * Whether this candidate leads, as far as is known; false while the registry is not reached.
     */
    boolean isLeader();

    /** Tells the listener at once and at every change, in order. Listeners must be quick. */
    void onChange(Consumer<Boolean> listener);

    /** Stands down; another candidate leads at once. */
    @Override
    void close();
}

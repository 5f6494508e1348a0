package io.feiqian.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process is made of, closed in the reverse order of its making; one failure stops none. */
final class StopInOrder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StopInOrder.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /** Adds a part, which is closed before all that were added earlier. */
    synchronized <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception failed) {
                LOG.warn("{} did not stop as it should", part, failed);
            }
        }
    }
}

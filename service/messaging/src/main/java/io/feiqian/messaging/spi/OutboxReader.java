package io.feiqian.messaging.spi;

import io.feiqian.messaging.MessageKey;
import io.feiqian.messaging.RelayEvent;
import java.util.function.Consumer;

/** How the relay reads what a key has to deliver. Thread-safe; never blocks. */
public interface OutboxReader {
    /**
     * Reads the row of a key and its next messages, in one snapshot.
     *
     * @param key the key
     * @param after only messages beyond this number, and beyond what is finished
     * @param window at most so many
     * @param found gets {@link RelayEvent.Found} or {@link RelayEvent.Unreadable}, once
     */
    void read(MessageKey key, long after, int window, Consumer<RelayEvent> found);
}

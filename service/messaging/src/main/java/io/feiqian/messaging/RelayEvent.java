package io.feiqian.messaging;

import java.util.List;
import java.util.Optional;

/** What happens to the relay of one key. */
public sealed interface RelayEvent {
    /** Something was committed under the key, or a scan found it. */
    record Woken() implements RelayEvent {}

    /**
     * The outbox was read.
     *
     * @param key the key's row; empty for none
     * @param rows the next messages, in order
     * @param nowMillis what the database's clock showed
     */
    record Found(Optional<OutboxKey> key, List<OutboxRow> rows, long nowMillis)
            implements RelayEvent {
        /** Copies the list. */
        public Found {
            rows = List.copyOf(rows);
        }
    }

    /** The outbox could not be read. */
    record Unreadable() implements RelayEvent {}

    /**
     * A delivery was answered, or not in time.
     *
     * @param position which message
     * @param reply what came back
     */
    record Answered(long position, DeliveryReply reply) implements RelayEvent {}

    /**
     * A refusal was recorded.
     *
     * @param key the key's row after it; empty where it could not be recorded
     */
    record RefusalRecorded(Optional<OutboxKey> key) implements RelayEvent {}

    /** The rest is over. */
    record Rested() implements RelayEvent {}
}

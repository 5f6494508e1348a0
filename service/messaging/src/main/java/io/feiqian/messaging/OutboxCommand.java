package io.feiqian.messaging;

import io.feiqian.vocabulary.Outcome;
import java.util.List;

/** What can be done to the outbox in a local commit. */
public sealed interface OutboxCommand {
    /** The key whose row it locks. */
    MessageKey key();

    /**
     * Sends a message, unless a part before it is refused. The work claims the producer's slot. Its
     * answer is that of the parts before; where these say nothing, a {@link Sent}. A work whose
     * message was sent before ends as recorded.
     *
     * @param message the message
     */
    record Send(Message message) implements OutboxCommand {
        @Override
        public MessageKey key() {
            return message.key();
        }
    }

    /**
     * Records that the consumer has taken everything up to a number.
     *
     * @param key the key
     * @param upTo the number
     */
    record Acknowledge(MessageKey key, long upTo) implements OutboxCommand {}

    /**
     * Records that the consumer has taken everything before a message and refused this one for good
     * reason; after so many refusals it is dead, and the key waits for an operator.
     *
     * @param key the key
     * @param position the message
     * @param why what the consumer said
     * @param deadAfter how many refusals make it dead
     */
    record Refused(MessageKey key, long position, Outcome.Refused why, int deadAfter)
            implements OutboxCommand {}

    /**
     * Takes down when the next message of a key is due.
     *
     * @param key the key
     * @param position the message
     * @param dueAt milliseconds since 1970 by the database's clock
     */
    record Postpone(MessageKey key, long position, long dueAt) implements OutboxCommand {}

    /**
     * An operator's: deliver a dead message again.
     *
     * @param key the key
     * @param position the message, the next of its key
     */
    record Retry(MessageKey key, long position) implements OutboxCommand {}

    /**
     * An operator's: give a message up, the next of its key, dead or not. The consumer's mark
     * passes it first (inbox-mark); whichever is there first, the message or its skipping, counts.
     *
     * @param key the key
     * @param position the message
     */
    record Skip(MessageKey key, long position) implements OutboxCommand {}

    /**
     * An operator's: send finished messages again, under a rewind of their own with numbers and a
     * mark of its own.
     *
     * @param key the key they were first sent under
     * @param rows the messages, in order
     */
    record Replay(MessageKey key, List<OutboxRow> rows) implements OutboxCommand {
        /** Copies the list. */
        public Replay {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Under which number a message was sent.
     *
     * @param key the key
     * @param position the number
     */
    record Sent(MessageKey key, long position) {}
}

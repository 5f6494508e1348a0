package io.feiqian.messaging;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/** What the relay of one key wants done; losing any of it is repaired by a scan. */
public sealed interface RelayEffect {
    /**
     * Read the key's row and its next messages.
     *
     * @param after only those beyond this number, and beyond what is finished
     */
    record Look(long after) implements RelayEffect {}

    /**
     * Deliver a message.
     *
     * @param row the message
     * @param skipped whether the mark is to pass it without effect
     */
    record Deliver(OutboxRow row, boolean skipped) implements RelayEffect {}

    /**
     * Record that everything up to a number is consumed; when does not matter.
     *
     * @param upTo the number
     */
    record Acknowledge(long upTo) implements RelayEffect {}

    /**
     * Record a refusal, now.
     *
     * @param position the message
     * @param why what the consumer said
     */
    record Refuse(long position, Outcome.Refused why) implements RelayEffect {}

    /**
     * Take down when a message is due; when does not matter.
     *
     * @param position the message
     * @param dueAt milliseconds since 1970 by the database's clock
     */
    record Postpone(long position, long dueAt) implements RelayEffect {}

    /**
     * Rest until a message is due.
     *
     * @param millis how long
     */
    record Rest(long millis) implements RelayEffect {}

    /**
     * Rest for the pause that follows so many failures in a row.
     *
     * @param failures how many
     */
    record BackOff(int failures) implements RelayEffect {}

    /**
     * Call an operator.
     *
     * @param kind why
     * @param message what happened
     * @param trace the transaction concerned
     */
    record Raise(AlarmKind kind, String message, Optional<TraceNumber> trace)
            implements RelayEffect {}
}

package io.feiqian.messaging;

/**
 * One of the two commands with which the inbox frames the consumer's own in one work: the guard
 * goes first and ends the work where the message was consumed before or comes too early; the record
 * goes last and moves the mark.
 *
 * @param key the key
 * @param position the message
 * @param place whether it goes before or behind the consumer's commands
 * @param skipped whether the message is passed without effect
 */
public record InboxCommand(MessageKey key, long position, Place place, boolean skipped) {
    /** Where a command stands in its work. */
    public enum Place {
        /** First: judges. */
        GUARD,
        /** Last: records. */
        RECORD
    }

    /** Refuses a number below 1. */
    public InboxCommand {
        if (position < 1) {
            throw new IllegalArgumentException("position: " + position + " (expected: >= 1)");
        }
    }

    /** The command that judges. */
    public static InboxCommand guard(MessageKey key, long position) {
        return new InboxCommand(key, position, Place.GUARD, false);
    }

    /** The command that records a message with its effect, or one that is skipped. */
    public static InboxCommand record(MessageKey key, long position, boolean skipped) {
        return new InboxCommand(key, position, Place.RECORD, skipped);
    }
}

package io.feiqian.messaging;

/**
 * How far a key was consumed in this cell: permanent (inbox-mark). Immutable.
 *
 * @param key the key
 * @param mark up to which number every message was consumed or skipped
 * @param takenAt milliseconds since 1970 by the database's clock when the last one was
 * @param skipped how many of them were skipped
 */
public record InboxMark(MessageKey key, long mark, long takenAt, long skipped) {
    /** A key of which nothing was consumed yet. */
    static InboxMark none(MessageKey key) {
        return new InboxMark(key, 0, 0, 0);
    }
}

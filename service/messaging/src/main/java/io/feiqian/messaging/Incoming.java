package io.feiqian.messaging;

import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;

/**
 * A message as its consumer gets it.
 *
 * @param key what it is about
 * @param position its number within the key, or within the rewind
 * @param original its number when it was first sent; the same unless a rewind sends it again
 * @param trace the business transaction
 * @param sub its step
 * @param payload what it says
 * @param label the label of a gray release that came with it; empty for none
 */
public record Incoming(
        MessageKey key,
        long position,
        long original,
        TraceNumber trace,
        SubNumber sub,
        Payload payload,
        String label) {
    /** The message of an outbox row. */
    public static Incoming of(OutboxRow row) {
        return new Incoming(
                row.key(),
                row.position(),
                row.original() == 0 ? row.position() : row.original(),
                row.trace(),
                row.sub(),
                row.payload(),
                row.label());
    }
}

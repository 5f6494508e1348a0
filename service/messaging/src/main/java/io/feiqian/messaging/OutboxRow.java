package io.feiqian.messaging;

import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;

/**
 * One row of the outbox: a message under its number. Immutable.
 *
 * @param key within which it is numbered
 * @param position its number, 1 and up, without gaps
 * @param state how far it has come
 * @param trace the business transaction
 * @param sub the step
 * @param digest the digest of the message
 * @param payload what it says
 * @param dueAt milliseconds since 1970 by the database's clock from when on it is delivered
 * @param createdAt when it was written, by the same clock
 * @param finishedAt when the acknowledgement was recorded; 0 until then
 * @param original its number when it was first sent; 0 unless a rewind sends it again
 * @param label the label of a gray release that goes with it; empty for none
 */
public record OutboxRow(
        MessageKey key,
        long position,
        MessageState state,
        TraceNumber trace,
        SubNumber sub,
        long digest,
        Payload payload,
        long dueAt,
        long createdAt,
        long finishedAt,
        long original,
        String label) {}

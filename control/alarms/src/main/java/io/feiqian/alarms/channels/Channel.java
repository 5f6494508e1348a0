package io.feiqian.alarms.channels;

/** A way to tell somebody. Safe for use by several threads. */
@FunctionalInterface
public interface Channel {
    /**
     * Tells it once and returns when the receiver's side has taken it over, after {@code 15 s} at
     * most. A failure leaves open whether it was taken: the answer may be what was lost, and a
     * repetition carries the same key.
     *
     * @throws NotDelivered where it was not, or may not have been, taken over; also where the
     *     caller's thread is interrupted, which it stays
     */
    void send(Notice notice) throws NotDelivered;
}

package io.feiqian.messaging;

import io.feiqian.vocabulary.Epoch;
import java.time.Duration;
import java.util.Optional;

/**
 * A message on its way to the owner of its consumer slot. It carries everything, so that nothing
 * depends on what came before it (framed).
 *
 * @param message what is delivered
 * @param skipped whether the mark is to pass it without effect
 * @param epoch the epoch of the consumer slot as the sender knows it
 * @param remaining how long the answer is wanted
 */
public record Delivery(
        Incoming message, boolean skipped, Optional<Epoch> epoch, Duration remaining) {
    /** The same with the epoch that the sender knows. */
    public Delivery with(Epoch known) {
        return new Delivery(message, skipped, Optional.of(known), remaining);
    }
}

package io.feiqian.messaging.spi;

import io.feiqian.messaging.Delivery;
import io.feiqian.messaging.DeliveryReply;
import java.util.concurrent.CompletableFuture;

/**
 * How messages reach the owner of a slot, this cell included. Thread-safe; never blocks.
 *
 * <p>Deliveries may be lost, repeated and reordered; the relay relies on nothing else (framed).
 */
public interface MessageChannel {
    /**
     * Delivers a message to an instance of the cell that owns its consumer slot, fills in the epoch
     * this process knows, and refreshes the route map once on WRONG_CELL.
     *
     * @return completes with what was answered, or with {@link DeliveryReply.Unheard} where no
     *     answer came in time. Never exceptionally.
     */
    CompletableFuture<DeliveryReply> deliver(Delivery delivery);
}

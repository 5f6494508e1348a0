package io.feiqian.participant.spi;

import io.feiqian.participant.SignedMessage;
import java.util.concurrent.CompletionStage;

/**
 * How one signed message reaches an instance of a service and the answer comes back, over any
 * protocol. Thread-safe; never blocks. Row: P6.3.2-b.
 *
 * <p>A stage that completes exceptionally, or never, means that no answer was heard; the caller
 * repeats. What is answered is signed itself, so an adapter need not vouch for it.
 */
@FunctionalInterface
public interface SignedTransport {
    /** Sends; the stage completes with the text that {@code SignedEndpoint} answered there. */
    CompletionStage<String> send(String service, SignedMessage message);
}

package io.feiqian.messaging.spi;

import io.feiqian.messaging.Incoming;
import io.feiqian.storage.Share;

/**
 * What consumes the messages of one topic in this cell. It turns a message into commands of its own
 * contributions; the inbox's mark is moved in the same commit, so that its commands need no
 * idempotence of their own for messages that come twice.
 *
 * <p>Thread-safe and without effect: what the share describes happens in the local commit. A
 * message that cannot be consumed is refused, with a {@link io.feiqian.vocabulary.RefusedException}
 * or by the commands; refused too often it is dead, and its key waits for an operator.
 */
public interface Consumer {
    /** The topic; stable. */
    String topic();

    /** What consuming this message does; may be nothing. */
    Share consume(Incoming message);
}

package io.feiqian.messaging;

import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.Optional;

/**
 * How one instance is getting on with one key. It is in memory only: the rows say what is to be
 * done.
 *
 * @param key the key
 * @param phase what is waited for
 * @param delivered up to which number the consumer has acknowledged to this instance
 * @param flight the messages that are on the way, in order
 * @param again whether to look once more before ending
 * @param failures how many deliveries in a row were in vain
 */
public record RelayState(
        MessageKey key,
        Phase phase,
        long delivered,
        List<Flying> flight,
        boolean again,
        int failures) {
    /** What is waited for. */
    public enum Phase {
        /** What the outbox has. */
        LOOKING,
        /** The answers to what is on the way. */
        DELIVERING,
        /** That a refusal is on record. */
        REFUSING,
        /** The end of a rest. */
        RESTING,
        /** Nothing: there is nothing to do here, or it is for others to do. */
        ENDED
    }

    /**
     * A message on the way.
     *
     * @param position its number
     * @param trace its transaction
     * @param reply what came back; empty until then
     */
    public record Flying(long position, TraceNumber trace, Optional<DeliveryReply> reply) {}

    /** Copies the list. */
    public RelayState {
        flight = List.copyOf(flight);
    }

    /** A key that is about to be looked at. */
    static RelayState begin(MessageKey key) {
        return new RelayState(key, Phase.LOOKING, 0, List.of(), false, 0);
    }

    RelayState in(Phase next) {
        return new RelayState(key, next, delivered, List.of(), again, failures);
    }

    RelayState withAgain(boolean newAgain) {
        return new RelayState(key, phase, delivered, flight, newAgain, failures);
    }

    RelayState withFlight(List<Flying> newFlight) {
        return new RelayState(key, Phase.DELIVERING, delivered, newFlight, again, failures);
    }

    RelayState withDelivered(long upTo) {
        return new RelayState(key, phase, upTo, flight, again, 0);
    }

    RelayState withOneMoreFailure() {
        return new RelayState(key, phase, delivered, flight, again, failures + 1);
    }
}

package io.feiqian.messaging;

import io.feiqian.vocabulary.Outcome;

/**
 * The row of a key in the outbox: how many messages were sent under it, how many of them are
 * finished, and how the next one is getting on. Immutable.
 *
 * @param key the key
 * @param last the number of the newest message; 0 for none
 * @param done up to which number all are finished
 * @param lastReplay the number of the newest rewind of this key
 * @param state what is to be done with message {@code done + 1}
 * @param attempts how often the consumer refused that one
 * @param said how it refused it last; accepted where it did not
 * @param dueAt milliseconds since 1970 by the database's clock when the key is to be looked at; 0
 *     where there is nothing to deliver, or an operator has to act first
 */
public record OutboxKey(
        MessageKey key,
        long last,
        long done,
        int lastReplay,
        KeyState state,
        int attempts,
        Outcome said,
        long dueAt) {
    /** Refuses numbers that contradict each other. */
    public OutboxKey {
        if (done < 0 || last < done) {
            throw new IllegalArgumentException(
                    "outbox key: %d done of %d (expected: 0 <= done <= last)"
                            .formatted(done, last));
        }
    }

    /** A key under which nothing was sent yet. */
    static OutboxKey none(MessageKey key) {
        return new OutboxKey(key, 0, 0, 0, KeyState.FLOWING, 0, Outcome.accepted(), 0);
    }

    /** Whether everything that was sent is finished. */
    public boolean isIdle() {
        return done == last;
    }

    /** With one more message, due then. */
    OutboxKey withOneMore(long due) {
        return new OutboxKey(
                key, last + 1, done, lastReplay, state, attempts, said, isIdle() ? due : dueAt);
    }

    /** With everything up to this number finished; the next one has a fresh start. */
    OutboxKey withDone(long upTo, long nextDue) {
        return new OutboxKey(
                key,
                last,
                upTo,
                lastReplay,
                KeyState.FLOWING,
                0,
                Outcome.accepted(),
                upTo == last ? 0 : nextDue);
    }

    /** With the next message in this state. */
    OutboxKey with(KeyState newState, int newAttempts, Outcome newSaid, long newDueAt) {
        return new OutboxKey(key, last, done, lastReplay, newState, newAttempts, newSaid, newDueAt);
    }

    /** With one more rewind. */
    OutboxKey withOneMoreReplay() {
        return new OutboxKey(key, last, done, lastReplay + 1, state, attempts, said, dueAt);
    }
}

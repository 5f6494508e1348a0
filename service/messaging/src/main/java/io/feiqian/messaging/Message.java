package io.feiqian.messaging;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;

/**
 * One message as its producer hands it over. Trace number and sub-number say which step of which
 * transaction it belongs to: a step has one message, however often it is handed over.
 *
 * @param key what it is about, and whom it is for; no rewind
 * @param trace the business transaction
 * @param sub its step
 * @param payload what it says
 * @param delay how long after the commit it is delivered; it holds up the later ones of its key
 * @param label the label of a gray release that its consumer is to carry on; empty for none
 */
public record Message(
        MessageKey key,
        TraceNumber trace,
        SubNumber sub,
        Payload payload,
        Duration delay,
        String label) {
    private static final Duration LONGEST_DELAY = Duration.ofDays(400);

    /** Refuses a key of a rewind and a delay that is negative or beyond reason. */
    public Message {
        if (key.replay() != 0) {
            throw new RefusedException(
                    OutcomeCode.INVALID_MESSAGE_KEY,
                    "replay: " + key.replay() + " (expected: 0 for what is sent first)");
        }
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "delay: %s (expected: 0 to %d days)".formatted(delay, LONGEST_DELAY.toDays()));
        }
    }

    /** A message that is delivered at once. */
    public static Message of(MessageKey key, TraceNumber trace, SubNumber sub, Payload payload) {
        return new Message(key, trace, sub, payload, Duration.ZERO, "");
    }

    /** The same after a time. */
    public Message after(Duration newDelay) {
        return new Message(key, trace, sub, payload, newDelay, label);
    }

    /** The same with the label of a gray release; no part of what is said, so of no digest. */
    public Message labelled(String newLabel) {
        return new Message(key, trace, sub, payload, delay, newLabel);
    }

    /**
     * The first 64 bits of the SHA-256 of key and payload, the same in every version: by this two
     * messages of one step are told apart (trace-identity).
     */
    public long digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(key.toString().getBytes(StandardCharsets.US_ASCII));
            sha.update((byte) 0);
            sha.update(payload.buffer());
            return ByteBuffer.wrap(sha.digest()).getLong();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(
                    "SHA-256: absent (expected: every JDK has it)", impossible);
        }
    }
}

package io.feiqian.messaging;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a message says, bytes whose meaning only producer and consumer know. Immutable. */
public final class Payload {
    /** The most bytes of a payload; what is larger is stored, and the message names it. */
    public static final int MOST_BYTES = 65_536;

    /** No bytes. */
    public static final Payload EMPTY = new Payload(new byte[0]);

    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A copy of these bytes.
     *
     * @throws RefusedException with {@link OutcomeCode#MESSAGE_TOO_LARGE} beyond {@link
     *     #MOST_BYTES}
     */
    public static Payload of(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw new RefusedException(
                    OutcomeCode.MESSAGE_TOO_LARGE,
                    "payload: %d bytes (expected: at most %d)".formatted(bytes.length, MOST_BYTES));
        }
        return bytes.length == 0 ? EMPTY : new Payload(bytes.clone());
    }

    /** A text in UTF-8; refused beyond the limit as {@link #of} does. */
    public static Payload ofText(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The bytes to read from; not writable. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** The bytes as a text in UTF-8. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** How many bytes. */
    public int size() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}

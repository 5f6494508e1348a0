package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * The canonical digest of what a business transaction is about: the first 64 bits, big-endian, of
 * the SHA-256 over its fields in a fixed order (trace-identity).
 *
 * <p>Canonical form: the kind's stable number as a first field; then each field as one tag byte and
 * its content: {@code 'n'} and 8 bytes big-endian for a number, {@code 't'}, 4 bytes of length and
 * UTF-8 for a text. No two different lists of fields have the same form. Names, dates of arrival
 * and whatever else may differ between two sendings of the same request stay out of it.
 *
 * <p>A digest in the making belongs to one thread.
 */
public final class ContentDigest {
    private static final int ROOM = 160;

    private ByteBuffer form = ByteBuffer.allocate(ROOM);

    private ContentDigest(EntryKind kind) {
        add(kind.number());
    }

    /** A digest of a content of this kind, with no more fields so far. */
    public static ContentDigest begin(EntryKind kind) {
        return new ContentDigest(kind);
    }

    /**
     * The digest of a movement of money as the business sees it, the same on the local and the
     * global path: kind, payer, payee, amount in minor units, currency number, text, and for a
     * reversal the original's trace number.
     */
    public static long ofMovement(
            EntryKind kind,
            AccountNumber payer,
            AccountNumber payee,
            Money amount,
            String text,
            Optional<TraceNumber> original) {
        ContentDigest digest =
                begin(kind)
                        .add(payer.number())
                        .add(payee.number())
                        .add(amount.minor())
                        .add(amount.currency().number())
                        .add(text);
        original.ifPresent(trace -> digest.add(trace.head()).add(trace.serial()));
        return digest.end();
    }

    /** Adds a number. */
    public ContentDigest add(long number) {
        room(9).put((byte) 'n').putLong(number);
        return this;
    }

    /** Adds a text. */
    public ContentDigest add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        room(5 + bytes.length).put((byte) 't').putInt(bytes.length).put(bytes);
        return this;
    }

    /** The digest of what was added. */
    public long end() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(form.flip());
            return ByteBuffer.wrap(sha256.digest()).getLong();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private ByteBuffer room(int bytes) {
        if (form.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(form.capacity() * 2 + bytes);
            form = larger.put(form.flip());
        }
        return form;
    }
}

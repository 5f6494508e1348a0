package io.feiqian.participant;

import io.feiqian.vocabulary.TraceNumber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/**
 * A {@link PreparedName} in the form of an XA identifier, whose two parts have 64 characters each:
 * the branch in the first, whoever is asked in the second. A server lists the prepared transactions
 * of all its databases, so the first part names the database too (xa-gid).
 *
 * @param gtrid 47 bytes in base 64
 * @param bqual the initiator
 */
record XaName(String gtrid, String bqual) {
    /** Tells ours from others' ("FQN"). */
    static final int FORMAT = 0x46514e;

    private static final int BYTES = 8 + 8 + 4 + 1 + 4 + 6 + 8 + 8;
    private static final int LOW_BITS = 32;

    static XaName of(PreparedName name, long database) {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(name.key().trace().head()).putLong(name.key().trace().serial());
        bytes.putInt(name.key().attempt()).put((byte) name.key().branch());
        bytes.putInt(name.businessDate());
        // 48 bits of milliseconds are enough for longer than dates have four digits.
        bytes.putShort((short) (name.decideBy() >>> LOW_BITS)).putInt((int) name.decideBy());
        bytes.putLong(name.digest()).putLong(database);
        return new XaName(
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array()),
                name.initiator());
    }

    /** Reads it back; empty where it is somebody else's, or another database's. */
    Optional<PreparedName> parse(long database) {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(gtrid));
        } catch (IllegalArgumentException others) {
            return Optional.empty();
        }
        if (bytes.capacity() != BYTES || bytes.getLong(BYTES - Long.BYTES) != database) {
            return Optional.empty();
        }
        TraceNumber trace = new TraceNumber(bytes.getLong(), bytes.getLong());
        BranchKey key = new BranchKey(trace, bytes.getInt(), bytes.get());
        int businessDate = bytes.getInt();
        long decideBy =
                ((long) Short.toUnsignedInt(bytes.getShort()) << LOW_BITS)
                        | Integer.toUnsignedLong(bytes.getInt());
        return Optional.of(new PreparedName(key, bqual, bytes.getLong(), businessDate, decideBy));
    }

    /** As statements take it; nothing in it needs quoting. */
    String text() {
        return "'%s','%s',%d".formatted(gtrid, bqual, FORMAT);
    }

    /** What stands for a database's name. */
    static long database(String name) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(name.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong();
        } catch (NoSuchAlgorithmException everywhere) {
            throw new IllegalStateException(everywhere);
        }
    }
}

package io.feiqian.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/**
 * One record of the audit chain. Its hash covers its own content and the hash of the record before
 * it, so that changing, inserting or dropping any record breaks every later one.
 *
 * @param sequence 1 for the first record, then without gaps
 * @param at when it was recorded, in whole milliseconds
 * @param entry what was done
 * @param previousHash the hash of the record before it
 * @param hash SHA-256 over all of the above, 64 hexadecimal digits
 */
public record AuditRecord(
        long sequence, Instant at, AuditEntry entry, String previousHash, String hash) {
    /** The record that continues a chain. */
    public static AuditRecord after(AuditHead head, Instant at, AuditEntry entry) {
        Instant millis = at.truncatedTo(ChronoUnit.MILLIS);
        return new AuditRecord(
                head.sequence() + 1,
                millis,
                entry,
                head.hash(),
                hash(head.sequence() + 1, millis, entry, head.hash()));
    }

    /** What the next record continues. */
    public AuditHead head() {
        return new AuditHead(sequence, hash);
    }

    /** Whether the hash is that of the content. */
    public boolean isUnchanged() {
        return hash.equals(hash(sequence, at, entry, previousHash));
    }

    private static String hash(long sequence, Instant at, AuditEntry entry, String previousHash) {
        MessageDigest digest = sha256();
        add(digest, previousHash);
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(sequence).flip());
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(at.toEpochMilli()).flip());
        add(digest, entry.order().operator().name());
        add(digest, entry.order().reason());
        add(digest, entry.action());
        add(digest, entry.subject());
        entry.details()
                .forEach((name, value) -> {
                    add(digest, name);
                    add(digest, value);
                });
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Length first, so that no two contents read the same. */
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}

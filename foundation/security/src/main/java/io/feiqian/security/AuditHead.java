package io.feiqian.security;

/**
 * The end of an audit chain: what the next record continues.
 *
 * @param sequence the number of the last record; 0 for none
 * @param hash the hash of the last record, 64 hexadecimal digits
 */
public record AuditHead(long sequence, String hash) {
    /** Before the first record. */
    public static final AuditHead NONE = new AuditHead(0, "0".repeat(64));
}

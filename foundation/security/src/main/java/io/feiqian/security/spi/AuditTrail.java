package io.feiqian.security.spi;

import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditRecord;
import java.util.List;

/**
 * The port to an append-only record of changes by hand. Thread-safe.
 *
 * <p>A change is recorded before it takes effect, or in the same transaction: where {@link #append}
 * fails the change is not made.
 */
public interface AuditTrail {
    /**
     * Appends an entry as the next record of the chain.
     *
     * @return the record, once it is durable
     * @throws java.io.UncheckedIOException where it cannot be made durable
     */
    AuditRecord append(AuditEntry entry);

    /**
     * Records from a sequence number on, in order.
     *
     * @param fromSequence the first wanted, 1 or more
     * @param atMost how many at most
     */
    List<AuditRecord> read(long fromSequence, int atMost);
}

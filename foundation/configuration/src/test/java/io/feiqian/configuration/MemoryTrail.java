package io.feiqian.configuration;

import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditHead;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.spi.AuditTrail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An audit trail that a test can look at, and break. */
final class MemoryTrail implements AuditTrail {
    private final List<AuditRecord> records = new ArrayList<>();
    private boolean broken;

    @Override
    public synchronized AuditRecord append(AuditEntry entry) {
        if (broken) {
            throw new UncheckedIOException(new IOException("no room"));
        }
        AuditHead head = records.isEmpty() ? AuditHead.NONE : records.getLast().head();
        records.add(AuditRecord.after(head, Instant.EPOCH, entry));
        return records.getLast();
    }

    @Override
    public synchronized List<AuditRecord> read(long fromSequence, int atMost) {
        return records.stream()
                .filter(each -> each.sequence() >= fromSequence)
                .limit(atMost)
                .toList();
    }

    synchronized void breakDown() {
        broken = true;
    }
}

package io.feiqian.console;

import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.spi.AuditTrail;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A trail at which something else happens in the moment between a decision and its effect. */
final class Meanwhile implements AuditTrail {
    private final AuditTrail trail;
    private final String action;
    private final AtomicReference<Optional<Runnable>> next =
            new AtomicReference<>(Optional.empty());

    Meanwhile(AuditTrail trail, String action) {
        this.trail = trail;
        this.action = action;
    }

    /** What happens, once, when the action is on record and not done yet. */
    void next(Runnable what) {
        next.set(Optional.of(what));
    }

    @Override
    public AuditRecord append(AuditEntry entry) {
        AuditRecord record = trail.append(entry);
        if (entry.action().equals(action)) {
            next.getAndSet(Optional.empty()).ifPresent(Runnable::run);
        }
        return record;
    }

    @Override
    public List<AuditRecord> read(long fromSequence, int atMost) {
        return trail.read(fromSequence, atMost);
    }
}

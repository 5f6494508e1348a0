package io.feiqian.configuration;

import io.feiqian.configuration.spi.History;
import io.feiqian.security.AuditEntry;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Optional;

/** A history whose database can be switched off. */
final class SilentHistory implements History {
    private final History whole;
    private volatile boolean silent;

    SilentHistory(History whole) {
        this.whole = whole;
    }

    void isSilent(boolean now) {
        silent = now;
    }

    @Override
    public boolean add(Addition addition, AuditEntry entry) {
        return asked().add(addition, entry);
    }

    @Override
    public Optional<DocumentVersion> newest(String document) {
        return asked().newest(document);
    }

    @Override
    public Optional<DocumentVersion> version(String document, long version) {
        return asked().version(document, version);
    }

    @Override
    public List<DocumentVersion> versions(String document, int atMost) {
        return asked().versions(document, atMost);
    }

    @Override
    public Optional<Rollout> rollout(String document) {
        return asked().rollout(document);
    }

    @Override
    public List<Rollout> rollouts(String document, int atMost) {
        return asked().rollouts(document, atMost);
    }

    private History asked() {
        if (silent) {
            throw new RefusedException(OutcomeCode.DATABASE_UNAVAILABLE, "silent");
        }
        return whole;
    }
}

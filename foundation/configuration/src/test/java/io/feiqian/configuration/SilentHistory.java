package io.feiqian.configuration;

import io.feiqian.configuration.spi.History;
import io.feiqian.security.AuditEntry;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A history whose database can be switched off. */
final class SilentHistory implements History {
    private final History whole;
    private volatile boolean silent;
    private volatile CountDownLatch readers = new CountDownLatch(0);

    SilentHistory(History whole) {
        this.whole = whole;
    }

    void isSilent(boolean now) {
        silent = now;
    }

    /** Lets nobody who looks for the newest version go on before so many have looked. */
    void holdReaders(int many) {
        readers = new CountDownLatch(many);
    }

    @Override
    public boolean add(Addition addition, AuditEntry entry) {
        return asked().add(addition, entry);
    }

    @Override
    public Optional<DocumentVersion> newest(String document) {
        Optional<DocumentVersion> newest = asked().newest(document);
        readers.countDown();
        try {
            readers.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        return newest;
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

package io.feiqian.configuration.spi;

import io.feiqian.configuration.DocumentVersion;
import io.feiqian.configuration.Rollout;
import io.feiqian.security.AuditEntry;
import java.util.List;
import java.util.Optional;

/**
 * The port to the history of documents: every version and every rollout, only ever added to.
 * Thread-safe; methods block. No process needs it to serve: only who changes something does.
 *
 * <p>Every method refuses with {@code DATABASE_UNAVAILABLE} where the history does not answer.
 */
public interface History {
    /**
     * What is added at once, or not at all.
     *
     * @param version the next version of a document, if one is added
     * @param rollout the next rollout of it, if one is added
     * @param replaces the revision of the rollout that the next one replaces; 0 for the first
     */
    record Addition(Optional<DocumentVersion> version, Optional<Rollout> rollout, long replaces) {
        /** Only a version. */
        public static Addition of(DocumentVersion version) {
            return new Addition(Optional.of(version), Optional.empty(), 0);
        }

        /** Only a rollout. */
        public static Addition of(Rollout rollout, long replaces) {
            return new Addition(Optional.empty(), Optional.of(rollout), replaces);
        }
    }

    /**
     * Adds a version, a rollout or both, with the record of who did so, in one transaction.
     *
     * @return whether it was added; false where somebody was quicker: the version is there already,
     *     or the rollout that is replaced has been replaced by another
     */
    boolean add(Addition addition, AuditEntry entry);

    /** The newest version. */
    Optional<DocumentVersion> newest(String document);

    /** A version. */
    Optional<DocumentVersion> version(String document, long version);

    /** The newest versions, the newest first. */
    List<DocumentVersion> versions(String document, int atMost);

    /** The rollout that is in force. */
    Optional<Rollout> rollout(String document);

    /** The newest rollouts, the newest first. */
    List<Rollout> rollouts(String document, int atMost);
}

package io.feiqian.configuration;

import io.feiqian.security.ChangeOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One version of a document, never changed again.
 *
 * @param document its name
 * @param version 1 for the first, then without gaps
 * @param content the text; secrets in it are envelopes
 * @param order who wrote it and why
 * @param at when, in whole milliseconds
 * @param copyOf the version whose content this takes up again; 0 where it is new
 */
public record DocumentVersion(
        String document, long version, String content, ChangeOrder order, Instant at, long copyOf) {
    /** Refuses numbers that no version has. */
    public DocumentVersion {
        at = at.truncatedTo(ChronoUnit.MILLIS);
        if (version < 1 || copyOf < 0 || copyOf >= version) {
            throw new IllegalArgumentException(
                    "version: %d, copy of %d (expected: >= 1, of an earlier one)"
                            .formatted(version, copyOf));
        }
    }
}

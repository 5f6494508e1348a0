package io.feiqian.configuration;

import io.feiqian.security.ChangeOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Who is to use which version of a document from one moment on, never changed again: the next
 * rollout replaces it.
 *
 * @param document its name
 * @param revision grows with every rollout; processes follow the highest that they saw
 * @param version what all use that no gray version is for; 0 for none, their defaults
 * @param gray what chosen processes try
 * @param order who wanted it and why
 * @param at when, in whole milliseconds
 */
public record Rollout(
        String document,
        long revision,
        long version,
        Optional<Gray> gray,
        ChangeOrder order,
        Instant at) {
    /** Refuses numbers that no rollout has. */
    public Rollout {
        at = at.truncatedTo(ChronoUnit.MILLIS);
        if (revision < 1 || version < 0) {
            throw new IllegalArgumentException(
                    "revision: %d, version: %d (expected: >= 1, >= 0)"
                            .formatted(revision, version));
        }
    }

    /**
     * A version on trial.
     *
     * @param version which
     * @param target by whom
     */
    public record Gray(long version, Target target) {}
}

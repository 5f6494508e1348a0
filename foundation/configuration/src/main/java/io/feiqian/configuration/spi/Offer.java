package io.feiqian.configuration.spi;

/**
 * A document as a source offers it to this process.
 *
 * @param version the document's version; 0 where the source knows none
 * @param revision the rollout's, which never falls; 0 where the source knows none
 * @param text the document
 */
public record Offer(long version, long revision, String text) {
    /** That no version is meant for this process: its own defaults hold. */
    public static Offer defaults(long revision) {
        return new Offer(0, revision, "");
    }

    /** Whether no version is meant for this process. */
    public boolean isDefaults() {
        return version == 0 && revision > 0;
    }
}

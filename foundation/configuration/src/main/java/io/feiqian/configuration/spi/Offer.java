package io.feiqian.configuration.spi;

/**
 * A document as a source offers it to this process.
 *
 * @param version the document's version; 0 where the source knows none
 * @param revision the rollout's, which never falls; 0 where the source knows none
 * @param text the document
 */
public record Offer(long version, long revision, String text) {}

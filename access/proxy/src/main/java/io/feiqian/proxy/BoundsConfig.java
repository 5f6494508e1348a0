package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;

/**
 * What holds for all listeners together.
 *
 * @param connections the most connections of clients at one time
 * @param requests the most requests in flight; more are refused with OVERLOADED
 * @param adaptive whether fewer are let in as soon as answers become slow, so that latency stays
 *     bounded (M6.6-9)
 */
public record BoundsConfig(
        @ByDefault("20000") int connections,
        @ByDefault("10000") int requests,
        @ByDefault("false") boolean adaptive) {
    /** What holds unless configured. */
    public static final BoundsConfig USUAL = new BoundsConfig(20_000, 10_000, false);

    /** Refuses bounds below one. */
    public BoundsConfig {
        if (connections < 1 || requests < 1) {
            throw new IllegalArgumentException(
                    "bounds: %d, %d (expected: each >= 1)".formatted(connections, requests));
        }
    }
}

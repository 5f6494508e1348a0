package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;

/**
 * Bounds for the connections of one listener (P6.1.3-k). Beyond them connections are closed at
 * once, before anything of them is read.
 *
 * @param most at one time
 * @param mostPerClient at one time from one address; 0 for no bound of its own
 * @param perSecond new ones in a second; 0 for no bound
 * @param perSecondPerClient new ones in a second from one address; 0 for no bound
 */
public record ConnectionBounds(
        @ByDefault("10000") int most,
        @ByDefault("0") int mostPerClient,
        @ByDefault("0") int perSecond,
        @ByDefault("0") int perSecondPerClient) {
    /** What holds unless configured. */
    public static final ConnectionBounds USUAL = new ConnectionBounds(10_000, 0, 0, 0);

    /** Refuses negative bounds, and none at all. */
    public ConnectionBounds {
        if (most < 1 || mostPerClient < 0 || perSecond < 0 || perSecondPerClient < 0) {
            throw new IllegalArgumentException(
                    "connections: %d, %d, %d, %d (expected: most >= 1, the others >= 0)"
                            .formatted(most, mostPerClient, perSecond, perSecondPerClient));
        }
    }
}

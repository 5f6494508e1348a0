package io.feiqian.layer7;

import io.feiqian.runtime.Clock;

/**
 * Counts frames that cost work and bring nothing, such as PING and SETTINGS: in every second a peer
 * may send as many as an honest one could have a reason for. Not thread-safe.
 */
final class Http2Floods {
    /** How many a second; gRPC's own measuring sends one in a round trip. */
    static final int MOST = 2_000;

    private static final long SECOND = 1_000_000_000;

    private final Clock clock;
    private long since;
    private int count;

    Http2Floods(Clock clock) {
        this.clock = clock;
        this.since = clock.nanos();
    }

    /** One more has come; whether it was one too many. */
    boolean isTooMuch() {
        if (++count <= MOST) {
            return false;
        }
        long now = clock.nanos();
        if (now - since >= SECOND) {
            since = now;
            count = 1;
            return false;
        }
        return true;
    }
}

package io.feiqian.layer7;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The methods of HTTP that the way in treats apart; any other is {@link #OTHER}. */
public enum Verb {
    /** Reads. */
    GET(true, true),
    /** Reads the head only. */
    HEAD(true, true),
    /** Does something; never repeated by the way in. */
    POST(false, false),
    /** Replaces. */
    PUT(false, true),
    /** Removes. */
    DELETE(false, true),
    /** Asks what can be done. */
    OPTIONS(true, true),
    /** Changes a part. */
    PATCH(false, false),
    /** Has the request sent back. */
    TRACE(true, true),
    /** Asks for a tunnel; refused. */
    CONNECT(false, false),
    /** Any other; nothing is known of it. */
    OTHER(false, false);

    private static final Verb[] ALL = values();

    @SuppressWarnings("ImmutableEnumChecker") // Never written.
    private final byte[] bytes = name().getBytes(StandardCharsets.US_ASCII);

    private final boolean safe;
    private final boolean idempotent;

    Verb(boolean safe, boolean idempotent) {
        this.safe = safe;
        this.idempotent = idempotent;
    }

    /** Whether it changes nothing. */
    public boolean isSafe() {
        return safe;
    }

    /** Whether doing it twice is doing it once. */
    public boolean isIdempotent() {
        return idempotent;
    }

    /** The method that stands here. */
    static Verb of(byte[] text, int from, int to) {
        for (Verb each : ALL) {
            if (each != OTHER && Arrays.equals(each.bytes, 0, each.bytes.length, text, from, to)) {
                return each;
            }
        }
        return OTHER;
    }
}

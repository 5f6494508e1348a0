package io.feiqian.layer7;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The header fields that the way in itself reads or writes, as small numbers, so that a head is
 * searched for them without comparing names.
 */
public final class Known {
    /** Any other field. */
    public static final int NONE = 0;

    /** Host. */
    public static final int HOST = 1;

    /** Content-Length. */
    public static final int CONTENT_LENGTH = 2;

    /** Transfer-Encoding. */
    public static final int TRANSFER_ENCODING = 3;

    /** Connection. */
    public static final int CONNECTION = 4;

    /** Keep-Alive. */
    public static final int KEEP_ALIVE = 5;

    /** Proxy-Connection. */
    public static final int PROXY_CONNECTION = 6;

    /** TE. */
    public static final int TE = 7;

    /** Trailer. */
    public static final int TRAILER = 8;

    /** Upgrade. */
    public static final int UPGRADE = 9;

    /** Expect. */
    public static final int EXPECT = 10;

    /** Cookie. */
    public static final int COOKIE = 11;

    /** X-Forwarded-For. */
    public static final int X_FORWARDED_FOR = 12;

    /** X-Forwarded-Proto. */
    public static final int X_FORWARDED_PROTO = 13;

    /** X-Forwarded-Host. */
    public static final int X_FORWARDED_HOST = 14;

    /** Forwarded (RFC 7239). */
    public static final int FORWARDED = 15;

    /** Traceparent (W3C Trace Context). */
    public static final int TRACEPARENT = 16;

    /** Feiqian-Trace-Number. */
    public static final int TRACE_NUMBER = 17;

    /** Authorization. */
    public static final int AUTHORIZATION = 18;

    /** Proxy-Authorization and Proxy-Authenticate, which are for one hop. */
    public static final int PROXY_AUTHORIZATION = 19;

    /** HTTP2-Settings, which is for one hop. */
    public static final int HTTP2_SETTINGS = 20;

    /** X-Real-IP. */
    public static final int X_REAL_IP = 21;

    private static final String[] NAMES = {
        "",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "cookie",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-forwarded-host",
        "forwarded",
        "traceparent",
        "feiqian-trace-number",
        "authorization",
        "proxy-authorization",
        "http2-settings",
        "x-real-ip",
    };

    private static final int LONGEST = 20;

    /** By length: which of the names are so long. */
    private static final int[][] BY_LENGTH = new int[LONGEST + 1][];

    private static final byte[][] BYTES = new byte[NAMES.length][];

    static {
        Arrays.setAll(BYTES, each -> NAMES[each].getBytes(StandardCharsets.US_ASCII));
        for (int length = 0; length <= LONGEST; length++) {
            int wanted = length;
            BY_LENGTH[length] =
                    java.util.stream.IntStream.range(1, NAMES.length)
                            .filter(each -> BYTES[each].length == wanted)
                            .toArray();
        }
    }

    private Known() {}

    /** The number of the name that stands here in lower case; {@link #NONE} for any other. */
    public static int of(byte[] text, int from, int to) {
        int length = to - from;
        if (length > LONGEST) {
            return NONE;
        }
        for (int each : BY_LENGTH[length]) {
            byte[] name = BYTES[each];
            if (name[0] == text[from]
                    && name[length - 1] == text[to - 1]
                    && Arrays.equals(name, 0, length, text, from, to)) {
                return each;
            }
        }
        return NONE;
    }

    /** Whether a field is for one hop only and never goes on (RFC 9110, 7.6.1). */
    public static boolean isHopByHop(int known) {
        return switch (known) {
            case CONNECTION,
                    KEEP_ALIVE,
                    PROXY_CONNECTION,
                    TE,
                    TRAILER,
                    TRANSFER_ENCODING,
                    UPGRADE,
                    PROXY_AUTHORIZATION,
                    HTTP2_SETTINGS ->
                    true;
            default -> false;
        };
    }
}

package io.feiqian.layer7;

import org.jspecify.annotations.Nullable;

/**
 * The path that routes go by: as the backend will understand it, so that nobody reaches a guarded
 * path by writing it another way. Escapes that need not be are undone, slashes that stand twice
 * count once, and dot segments are refused. What goes on is the path as it came.
 */
final class Paths {
    private Paths() {}

    /** Finds path, query and the path for routes; says why the target is refused, or null. */
    static @Nullable Malformed check(Head head) {
        byte[] all = head.bytes;
        int to = head.targetEnd;
        boolean plain = true;
        int at = head.targetStart;
        byte before = 0;
        for (; at < to && all[at] != '?'; at++) {
            byte c = all[at];
            plain &= c != '%' && !(before == '/' && (c == '/' || c == '.'));
            before = c;
        }
        head.queryStart = at;
        head.routeStart = head.targetStart;
        head.routeEnd = at;
        return plain ? null : normal(head, head.targetStart, at);
    }

    private static @Nullable Malformed normal(Head head, int from, int to) {
        head.ensure(to - from);
        byte[] all = head.bytes;
        int start = head.length;
        int out = start;
        for (int at = from; at < to; at++) {
            int c = all[at];
            if (c == '%') {
                boolean whole = at + 2 < to;
                int high = whole ? hex(all[at + 1]) : -1;
                int low = whole ? hex(all[at + 2]) : -1;
                int value = high * 16 + low;
                if (high < 0 || low < 0 || value < ' ' || value == 0x7f) {
                    return Malformed.of("path: a bad escape (expected: such as %20)");
                }
                if (isPlain(value)) {
                    c = value;
                    at += 2;
                }
            }
            if (c == '/' && out > start && all[out - 1] == '/') {
                continue;
            }
            all[out++] = (byte) c;
        }
        head.length = out;
        head.routeStart = start;
        head.routeEnd = out;
        return dots(all, start, out)
                ? Malformed.of("path: . or .. as a segment (expected: the path itself)")
                : null;
    }

    private static boolean dots(byte[] all, int from, int to) {
        int segment = from;
        for (int at = from; at <= to; at++) {
            if (at == to || all[at] == '/') {
                int length = at - segment;
                if ((length == 1 && all[segment] == '.')
                        || (length == 2 && all[segment] == '.' && all[segment + 1] == '.')) {
                    return true;
                }
                segment = at + 1;
            }
        }
        return false;
    }

    /** What needs no escape (RFC 3986, 2.3). */
    private static boolean isPlain(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    private static int hex(byte c) {
        return Character.digit(c, 16);
    }
}

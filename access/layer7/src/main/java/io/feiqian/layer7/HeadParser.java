package io.feiqian.layer7;

import io.feiqian.proxy.HeadBounds;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads heads of HTTP/1.1 as their bytes arrive, strictly: what two readers could take for two
 * things is refused (RFC 9112; decision 0050). Copies the bytes of the head into a {@link Head},
 * looks for the end of each line once and reads each line once. Not thread-safe.
 */
final class HeadParser {
    /** The head is not whole yet. */
    static final int MORE = 0;

    /** The head is whole; the buffer stands behind it. */
    static final int DONE = 1;

    /** It is refused; see {@link #malformed}. */
    static final int FAILED = 2;

    /** What is read. */
    enum Kind {
        REQUEST,
        ANSWER,
        TRAILERS
    }

    private static final int STEP = 1_024;

    /** By byte: the same in lower case where it may stand in a token, else 0. */
    private static final byte[] TOKEN = new byte[256];

    /** By byte: whether it may stand in a field's value. */
    private static final boolean[] TEXT = new boolean[256];

    /** By byte: whether it may stand in a target. */
    private static final boolean[] TARGET = new boolean[256];

    private static final byte[] HTTP = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);

    static {
        for (int c = 0; c < 256; c++) {
            boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            boolean digit = c >= '0' && c <= '9';
            if (letter || digit || (c != 0 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0)) {
                TOKEN[c] = (byte) (c >= 'A' && c <= 'Z' ? c + 32 : c);
            }
            TEXT[c] = c == '\t' || (c >= ' ' && c != 0x7f);
            TARGET[c] = c > ' ' && c < 0x7f && c != '#' && c != '\\' && c != '"';
        }
    }

    private final Kind kind;
    private final Head head;
    private final HeadBounds bounds;
    private int lineStart;
    private int searched;
    private int end;
    private boolean first;
    private boolean blankSeen;
    private @Nullable Malformed malformed;

    HeadParser(Kind kind, Head head, HeadBounds bounds) {
        this.kind = kind;
        this.head = head;
        this.bounds = bounds;
        reset();
    }

    /** Gets ready for another head. */
    void reset() {
        head.clear();
        lineStart = 0;
        searched = 0;
        end = 0;
        first = kind != Kind.TRAILERS;
        blankSeen = false;
        malformed = null;
    }

    /** Whether anything of a head has come. */
    boolean isBegun() {
        return head.length > 0;
    }

    /** Why it failed. */
    Malformed malformed() {
        return malformed == null ? Malformed.of("HTTP: malformed") : malformed;
    }

    /** Takes from the buffer what belongs to the head. */
    int parse(ByteBuf in) {
        while (in.isReadable()) {
            int before = head.length;
            int many = Math.min(Math.min(in.readableBytes(), STEP), bounds.bytes() - before);
            if (many <= 0) {
                return tooLong();
            }
            head.ensure(many);
            in.getBytes(in.readerIndex(), head.bytes, before, many);
            head.length += many;
            int result = scan();
            if (result == DONE) {
                in.skipBytes(end - before);
                head.length = end;
                return check();
            }
            in.skipBytes(many);
            if (result == FAILED) {
                return FAILED;
            }
        }
        return MORE;
    }

    private int scan() {
        while (true) {
            byte[] all = head.bytes;
            int lineFeed = lineFeed(all, searched, head.length);
            if (lineFeed < 0) {
                searched = head.length;
                return first && head.length - lineStart > bounds.line() ? tooLong() : MORE;
            }
            searched = lineFeed + 1;
            int stop = lineFeed - 1;
            if (stop < lineStart || all[stop] != '\r') {
                return fail("line end: LF alone (expected: CR LF)");
            }
            if (first) {
                if (stop == lineStart && !blankSeen && kind == Kind.REQUEST) {
                    // One empty line before a request is let pass (RFC 9112, 2.2).
                    blankSeen = true;
                    lineStart = searched;
                    continue;
                }
                if (stop - lineStart > bounds.line()) {
                    return tooLong();
                }
                first = false;
                if (!firstLine(all, lineStart, stop)) {
                    return FAILED;
                }
            } else if (stop == lineStart) {
                end = searched;
                return DONE;
            } else if (!field(all, lineStart, stop)) {
                return FAILED;
            }
            lineStart = searched;
        }
    }

    private static int lineFeed(byte[] all, int from, int to) {
        for (int i = from; i < to; i++) {
            if (all[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean firstLine(byte[] all, int from, int to) {
        return kind == Kind.REQUEST ? requestLine(all, from, to) : statusLine(all, from, to);
    }

    private boolean requestLine(byte[] all, int from, int to) {
        int at = from;
        while (at < to && TOKEN[all[at] & 0xff] != 0) {
            at++;
        }
        if (at == from || at == to || all[at] != ' ' || at - from > 32) {
            return failed("request line: no method (expected: such as GET / HTTP/1.1)");
        }
        head.methodStart = from;
        head.methodEnd = at;
        int target = ++at;
        while (at < to && TARGET[all[at] & 0xff]) {
            at++;
        }
        if (at == target || at == to || all[at] != ' ') {
            return failed("request line: no target (expected: such as GET / HTTP/1.1)");
        }
        head.targetStart = target;
        head.targetEnd = at;
        return version(all, at + 1, to);
    }

    private boolean version(byte[] all, int from, int to) {
        boolean ours =
                to - from == HTTP.length + 1
                        && Arrays.equals(all, from, to - 1, HTTP, 0, HTTP.length)
                        && (all[to - 1] == '1' || all[to - 1] == '0');
        if (!ours) {
            boolean http = to - from > 5 && head.text(from, from + 5).equals("HTTP/");
            malformed = Malformed.of(http ? 505 : 400, "version (expected: HTTP/1.1)");
            return false;
        }
        head.old = all[to - 1] == '0';
        return true;
    }

    private boolean statusLine(byte[] all, int from, int to) {
        int at = from + HTTP.length + 1;
        boolean right =
                to - at >= 4
                        && all[at] == ' '
                        && digit(all[at + 1])
                        && digit(all[at + 2])
                        && digit(all[at + 3])
                        && (to - at == 4 || all[at + 4] == ' ')
                        && version(all, from, at);
        for (int i = at + 4; right && i < to; i++) {
            right = TEXT[all[i] & 0xff];
        }
        int status =
                right
                        ? (all[at + 1] - '0') * 100 + (all[at + 2] - '0') * 10 + all[at + 3] - '0'
                        : 0;
        if (status < 100 || status > 599) {
            return failed("status line (expected: such as HTTP/1.1 200 OK)");
        }
        head.status = status;
        return true;
    }

    private static boolean digit(byte c) {
        return c >= '0' && c <= '9';
    }

    private boolean field(byte[] all, int from, int to) {
        int at = from;
        while (at < to) {
            byte lower = TOKEN[all[at] & 0xff];
            if (lower == 0) {
                break;
            }
            all[at++] = lower;
        }
        if (at == from || at == to || all[at] != ':') {
            return failed(
                    at == from && (all[from] == ' ' || all[from] == '\t')
                            ? "header: folded over two lines (expected: one line)"
                            : "header: not a name with a colon right behind it");
        }
        int nameEnd = at++;
        while (at < to && (all[at] == ' ' || all[at] == '\t')) {
            at++;
        }
        int stop = to;
        while (stop > at && (all[stop - 1] == ' ' || all[stop - 1] == '\t')) {
            stop--;
        }
        for (int i = at; i < stop; i++) {
            if (!TEXT[all[i] & 0xff]) {
                return failed("header: a control character (expected: text)");
            }
        }
        if (head.fields() == bounds.fields()) {
            malformed = Malformed.of(431, "head: more than " + bounds.fields() + " headers");
            return false;
        }
        head.field(from, nameEnd, at, stop, searched);
        return true;
    }

    private int check() {
        malformed =
                switch (kind) {
                    case REQUEST -> Requests.check(head);
                    case ANSWER -> Answers.check(head);
                    case TRAILERS -> null;
                };
        return malformed == null ? DONE : FAILED;
    }

    private int tooLong() {
        malformed =
                first
                        ? Malformed.of(414, "request line: too long")
                        : Malformed.of(431, "head: more than %d bytes".formatted(bounds.bytes()));
        return FAILED;
    }

    private boolean failed(String why) {
        malformed = Malformed.of(why);
        return false;
    }

    private int fail(String why) {
        malformed = Malformed.of(why);
        return FAILED;
    }
}

package io.feiqian.layer7;

import io.feiqian.proxy.HeadBounds;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Heads of HTTP/2 as {@link Head}s and back (RFC 9113, 8). Strict, since what is passed on may be
 * read by HTTP/1.1, where a line end or a second length would be another request. Pure functions.
 */
final class Http2Heads {
    /** What breaks HTTP/2 itself: the stream is reset, nothing is answered. */
    static final Malformed BROKEN = Malformed.of("HTTP/2: malformed (expected: RFC 9113, 8.2)");

    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");
    private static final AsciiString[] STATUS = new AsciiString[600];

    static {
        for (int i = 100; i < STATUS.length; i++) {
            STATUS[i] = AsciiString.cached(Integer.toString(i));
        }
    }

    private Http2Heads() {}

    /**
     * Reads a request.
     *
     * @param over whether no body follows
     * @return why it is refused, {@link #BROKEN} among it; null where it is not
     */
    static @Nullable Malformed request(
            Http2Headers from, Head to, HeadBounds bounds, boolean over) {
        Pseudo pseudo = new Pseudo();
        for (Map.Entry<CharSequence, CharSequence> each : from) {
            if (isPseudo(each.getKey()) && !pseudo.take(each.getKey(), each.getValue())) {
                return BROKEN;
            }
        }
        CharSequence method = pseudo.method;
        if (method == null || !isToken(method)) {
            return BROKEN;
        }
        boolean tunnel = AsciiString.contentEquals(method, "CONNECT");
        CharSequence protocol = pseudo.protocol;
        CharSequence host = from.get("host");
        CharSequence authority = pseudo.authority == null ? host : pseudo.authority;
        if (authority == null
                || !isValue(authority)
                || (host != null && !AsciiString.contentEqualsIgnoreCase(host, authority))
                || from.getAll("host").size() > 1) {
            return BROKEN;
        }
        if (tunnel && protocol == null) {
            // Refused by name; it has neither scheme nor path.
            to.request(method, authority, "/");
            return Requests.check(to);
        }
        CharSequence path = pseudo.path;
        if (path == null || pseudo.scheme == null || !isPath(path)) {
            return BROKEN;
        }
        if (protocol != null) {
            return tunnel && WebSockets.request(to, protocol, authority, path)
                    ? fields(from, to, bounds, over)
                    : Malformed.of(501, ":protocol (expected: websocket)");
        }
        to.request(method, authority, path);
        return fields(from, to, bounds, over);
    }

    private static @Nullable Malformed fields(
            Http2Headers from, Head to, HeadBounds bounds, boolean over) {
        if (!copy(from, to)) {
            return BROKEN;
        }
        if (to.fields() > bounds.fields()) {
            return Malformed.of(
                    431,
                    "head: %d fields (expected: at most %d)"
                            .formatted(to.fields(), bounds.fields()));
        }
        Malformed wrong = Requests.check(to);
        if (wrong == null) {
            if (over) {
                to.bodyLength(0);
            } else if (to.find(Known.CONTENT_LENGTH) < 0 && !to.upgrades()) {
                to.bodyLength(Head.UNKNOWN);
            }
            to.grpc = Grpc.is(to);
        }
        return wrong;
    }

    /** Reads an answer; false where it cannot be passed on. */
    static boolean answer(Http2Headers from, Head to, boolean over) {
        CharSequence status = from.status();
        if (status == null || status.length() != 3) {
            return false;
        }
        int number = 0;
        for (int i = 0; i < 3; i++) {
            int digit = status.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            number = number * 10 + digit;
        }
        if (number < 100 || number > 599 || number == 101) {
            return false;
        }
        to.answer(number);
        if (!copy(from, to) || Answers.check(to) != null) {
            return false;
        }
        if (over && to.find(Known.CONTENT_LENGTH) < 0) {
            to.bodyLength(0);
        }
        return true;
    }

    /** Reads trailers; false where they are none. */
    static boolean trailers(Http2Headers from, Head to) {
        to.clear();
        for (Map.Entry<CharSequence, CharSequence> each : from) {
            if (isPseudo(each.getKey())) {
                return false;
            }
        }
        return copy(from, to);
    }

    /** A request for a backend. */
    static Http2Headers request(Head head, boolean secure) {
        Http2Headers to = new DefaultHttp2Headers(false, head.fields() + 5);
        boolean sent = head.sentTargetEnd > 0;
        to.method(AsciiString.cached(head.method()))
                .scheme(secure ? HTTPS : HTTP)
                .path(
                        text(
                                head,
                                sent ? head.sentTargetStart : head.targetStart,
                                sent ? head.sentTargetEnd : head.targetEnd));
        int host = head.find(Known.HOST);
        if (host >= 0) {
            to.authority(text(head, head.valueStart(host), head.valueEnd(host)));
        }
        copy(head, to);
        if (head.grpc) {
            // It is for one hop, and this hop passes them on.
            to.set(TE, TRAILERS);
        }
        return to;
    }

    /** An answer for a client. */
    static Http2Headers answer(Head head) {
        Http2Headers to = new DefaultHttp2Headers(false, head.fields() + 1);
        to.status(STATUS[head.status()]);
        copy(head, to);
        return to;
    }

    /** Trailers for either. */
    static Http2Headers trailers(Head head) {
        Http2Headers to = new DefaultHttp2Headers(false, head.fields());
        for (int i = 0; i < head.fields(); i++) {
            // What says where a message ends, whom it is for or who asks is none (RFC 9110, 6.5.1).
            if (head.known(i) != Known.NONE) {
                head.drop(i);
            }
        }
        copy(head, to);
        return to;
    }

    private static void copy(Head head, Http2Headers to) {
        for (int i = 0; i < head.fields(); i++) {
            int known = head.known(i);
            if (!head.isDropped(i) && known != Known.HOST && !Known.isHopByHop(known)) {
                to.add(
                        text(head, head.nameStart(i), head.nameEnd(i)),
                        text(head, head.valueStart(i), head.valueEnd(i)));
            }
        }
    }

    /** A copy: heads are used again before everything of them has gone out. */
    private static AsciiString text(Head head, int from, int to) {
        return new AsciiString(head.array(), from, to - from, true);
    }

    /** Copies what is no pseudo header; false where one of them may not be there. */
    private static boolean copy(Http2Headers from, Head to) {
        StringBuilder cookies = null;
        for (Map.Entry<CharSequence, CharSequence> each : from) {
            CharSequence name = each.getKey();
            CharSequence value = each.getValue();
            if (isPseudo(name)) {
                continue;
            }
            if (!isName(name) || !isValue(value) || isForbidden(name, value)) {
                return false;
            }
            if (AsciiString.contentEquals(name, "host")) {
                continue;
            }
            if (AsciiString.contentEquals(name, "cookie")) {
                // They come in pieces, for HPACK; whoever reads HTTP/1.1 wants one (8.2.3).
                cookies =
                        cookies == null
                                ? new StringBuilder(value)
                                : cookies.append("; ").append(value);
                continue;
            }
            to.addText(name, value);
        }
        if (cookies != null) {
            to.addText("cookie", cookies);
        }
        return true;
    }

    /** What says something of a connection of HTTP/1.1 (8.2.2). */
    private static boolean isForbidden(CharSequence name, CharSequence value) {
        return switch (name.toString()) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" ->
                    true;
            case "te" -> !AsciiString.contentEqualsIgnoreCase(value, TRAILERS);
            default -> false;
        };
    }

    private static boolean isPseudo(CharSequence name) {
        return name.length() > 0 && name.charAt(0) == ':';
    }

    private static boolean isToken(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean right =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
            if (!right) {
                return false;
            }
        }
        return text.length() > 0;
    }

    private static boolean isName(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return false;
            }
        }
        return isToken(text);
    }

    /** No control characters, and no white space at its ends (8.2.1). */
    private static boolean isValue(CharSequence text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return length == 0 || (!isSpace(text.charAt(0)) && !isSpace(text.charAt(length - 1)));
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isPath(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\' || c == '"') {
                return false;
            }
        }
        return text.length() > 0
                && (text.charAt(0) == '/' || (text.length() == 1 && text.charAt(0) == '*'));
    }

    /** What stands before the fields, each once. */
    private static final class Pseudo {
        private @Nullable CharSequence method;
        private @Nullable CharSequence scheme;
        private @Nullable CharSequence authority;
        private @Nullable CharSequence path;
        private @Nullable CharSequence protocol;

        /** False where it came before, or is none. */
        boolean take(CharSequence name, CharSequence value) {
            return switch (name.toString()) {
                case ":method" -> {
                    boolean first = method == null;
                    method = value;
                    yield first;
                }
                case ":scheme" -> {
                    boolean first = scheme == null;
                    scheme = value;
                    yield first
                            && (AsciiString.contentEqualsIgnoreCase(value, HTTP)
                                    || AsciiString.contentEqualsIgnoreCase(value, HTTPS));
                }
                case ":authority" -> {
                    boolean first = authority == null;
                    authority = value;
                    yield first;
                }
                case ":path" -> {
                    boolean first = path == null;
                    path = value;
                    yield first;
                }
                case ":protocol" -> {
                    boolean first = protocol == null;
                    protocol = value;
                    yield first;
                }
                default -> false;
            };
        }
    }
}

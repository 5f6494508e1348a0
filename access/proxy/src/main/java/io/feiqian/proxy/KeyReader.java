package io.feiqian.proxy;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the key of a {@link KeySource} out of requests (D5.5-b, D5.5-c). Immutable, thread-safe,
 * never blocks.
 *
 * <p>Whatever two readers of the same request could read differently is refused and never guessed:
 * a field, header, parameter or cookie that stands twice, XML with two different values, a path
 * with {@code ..} in it, a number that is too long for a reader that keeps numbers as floating
 * points. Else the gateway would choose the cell by one account, and the service would change
 * another.
 */
public final class KeyReader {
    /** The most characters of a key. */
    public static final int LONGEST = 256;

    /** Finds the key in one part of a request. */
    @FunctionalInterface
    private interface Finding {
        Optional<String> in(KeyParts parts);
    }

    private final KeySource source;
    private final Finding finding;

    private KeyReader(KeySource source) {
        this.source = source;
        this.finding = finding(source);
    }

    /** A reader for this place. */
    public static KeyReader of(KeySource source) {
        return new KeyReader(source);
    }

    /** What it reads. */
    public KeySource source() {
        return source;
    }

    /**
     * The key as it stands there, decoded; empty where it is not there, is null or is empty.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where the part cannot be
     *     read, or could be read in two ways
     */
    public Optional<String> read(KeyParts parts) {
        Optional<String> found = finding.in(parts);
        return found.isPresent() && found.get().isEmpty() ? Optional.empty() : found;
    }

    private static Finding finding(KeySource source) {
        String at = source.at();
        return switch (source.from()) {
            case PATH -> {
                int segment = Integer.parseInt(at);
                yield parts -> segment(parts.path(), segment);
            }
            case QUERY -> parts -> parameter(parts.query(), at);
            case HEADER -> {
                String name = at.toLowerCase(Locale.ROOT);
                yield parts -> header(parts.headers(name), name);
            }
            case COOKIE -> parts -> cookie(parts.headers("cookie"), at);
            case JSON -> {
                KeyJson json = KeyJson.at(at);
                yield parts -> json.find(parts.body());
            }
            case XML -> {
                KeyXml xml = KeyXml.at(at);
                yield parts -> xml.find(parts.body());
            }
            case FIXED -> {
                int plus = at.indexOf('+');
                int first = Integer.parseInt(at.substring(0, plus));
                int length = Integer.parseInt(at.substring(plus + 1));
                yield parts -> fixed(parts.body(), first, length);
            }
            case CLIENT_IP -> parts -> Optional.of(text(parts.client()));
        };
    }

    private static String text(InetAddress address) {
        return String.valueOf(address.getHostAddress());
    }

    private static Optional<String> segment(String path, int wanted) {
        int number = -1;
        Optional<String> found = Optional.empty();
        int at = 0;
        while (at < path.length()) {
            int end = path.indexOf('/', at + 1);
            if (end < 0) {
                end = path.length();
            }
            String segment = decoded(path, at + 1, end, false, "path");
            boolean last = end == path.length();
            if (segment.equals(".") || segment.equals("..") || (segment.isEmpty() && !last)) {
                throw refused("path: a segment \"" + segment + "\"", "a path without such");
            }
            if (++number == wanted) {
                if (segment.indexOf('/') >= 0 || segment.indexOf('\\') >= 0) {
                    throw refused("path: a hidden slash in a segment", "none");
                }
                found = Optional.of(bounded(segment, "path"));
            }
            at = end;
        }
        return found;
    }

    private static Optional<String> parameter(String query, String name) {
        Optional<String> found = Optional.empty();
        int at = 0;
        while (at < query.length()) {
            int end = query.indexOf('&', at);
            if (end < 0) {
                end = query.length();
            }
            int equals = query.indexOf('=', at);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            if (isNamed(query, at, nameEnd, name)) {
                if (found.isPresent()) {
                    throw refused("query: \"" + name + "\" twice", "once");
                }
                String value = decoded(query, Math.min(nameEnd + 1, end), end, true, "query");
                found = Optional.of(bounded(value, "query"));
            }
            at = end + 1;
        }
        return found;
    }

    private static boolean isNamed(String query, int from, int to, String name) {
        if (to - from == name.length() && query.startsWith(name, from)) {
            return true;
        }
        // A name may be encoded too; who does not look sees no second one.
        return to - from > name.length()
                && query.substring(from, to).indexOf('%') >= 0
                && decoded(query, from, to, true, "query").equals(name);
    }

    private static Optional<String> header(List<String> values, String name) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() > 1) {
            throw refused("header " + name + ": " + values.size() + " times", "once");
        }
        return Optional.of(bounded(values.get(0).strip(), "header " + name));
    }

    private static Optional<String> cookie(List<String> headers, String name) {
        Optional<String> found = Optional.empty();
        for (String line : headers) {
            int at = 0;
            while (at < line.length()) {
                int end = line.indexOf(';', at);
                if (end < 0) {
                    end = line.length();
                }
                int equals = line.indexOf('=', at);
                if (equals > 0 && equals < end && line.substring(at, equals).strip().equals(name)) {
                    if (found.isPresent()) {
                        throw refused("cookie " + name + ": twice", "once");
                    }
                    found = Optional.of(bounded(unquoted(line.substring(equals + 1, end)), name));
                }
                at = end + 1;
            }
        }
        return found;
    }

    private static String unquoted(String value) {
        String text = value.strip();
        boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1) : text;
    }

    private static Optional<String> fixed(KeyParts.Body body, int first, int length) {
        if (body.length() < first + length) {
            return Optional.empty();
        }
        int from = body.from() + first;
        for (int i = from; i < from + length; i++) {
            if (body.array()[i] < ' ' || body.array()[i] > '~') {
                throw refused("byte " + (i - body.from()) + " of the key", "printable ASCII");
            }
        }
        String text = new String(body.array(), from, length, StandardCharsets.US_ASCII).strip();
        return Optional.of(bounded(text, "fixed field"));
    }

    private static String decoded(String text, int from, int to, boolean form, String what) {
        boolean plain = true;
        for (int i = from; i < to && plain; i++) {
            char c = text.charAt(i);
            plain = c != '%' && !(form && c == '+');
        }
        return plain ? text.substring(from, to) : unescaped(text, from, to, form, what);
    }

    private static String unescaped(String text, int from, int to, boolean form, String what) {
        byte[] bytes = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < to ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 2 < to ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0 || high + low == 0) {
                    throw refused(what + ": a percent sign", "two hexadecimal digits behind it");
                }
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else if (c > '~') {
                throw refused(what + ": a character beyond ASCII", "it encoded");
            } else {
                bytes[length++] = (byte) (form && c == '+' ? ' ' : c);
            }
        }
        return utf8(bytes, length, what);
    }

    private static String utf8(byte[] bytes, int length, String what) {
        String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            throw refused(what + ": bytes that are no text", "UTF-8");
        }
        return text;
    }

    static String bounded(String key, String what) {
        if (key.length() > LONGEST) {
            throw refused(what + ": " + key.length() + " characters", "at most " + LONGEST);
        }
        return key;
    }

    static RefusedException refused(String what, String expected) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST, what + " (expected: " + expected + ")");
    }
}

package io.feiqian.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds one field of a JSON text by a pointer (RFC 6901) in one pass over its bytes, without
 * building anything of the rest. Immutable; each search has a scan of its own.
 *
 * <p>The whole text is checked as RFC 8259 has it, also behind the field: a field that stands twice
 * on the way is refused, since of two parsers one would take the first and one the last.
 */
final class KeyJson {
    /** How deep a text may nest. */
    static final int DEEPEST = 64;

    /** Longer numbers are not the same in readers that keep them as floating points. */
    private static final int LONGEST_NUMBER = 15;

    /** What stands where nothing of the way was met. */
    private static final int OFF = -1;

    private final byte[][] names;
    private final int[] indexes;

    private KeyJson(byte[][] names, int[] indexes) {
        this.names = names;
        this.indexes = indexes;
    }

    /** The search for what stands at this pointer. */
    static KeyJson at(String pointer) {
        String[] tokens = pointer.substring(1).split("/", -1);
        byte[][] names = new byte[tokens.length][];
        int[] indexes = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            String name = tokens[i].replace("~1", "/").replace("~0", "~");
            names[i] = name.getBytes(StandardCharsets.UTF_8);
            indexes[i] = name.matches("0|[1-9][0-9]{0,6}") ? Integer.parseInt(name) : OFF;
        }
        return new KeyJson(names, indexes);
    }

    /** The text of the field; empty where it is not there or null. */
    Optional<String> find(KeyParts.Body body) {
        if (body.length() == 0) {
            return Optional.empty();
        }
        Scan scan = new Scan(body);
        scan.value(0, 0);
        scan.end();
        return Optional.ofNullable(scan.found);
    }

    private final class Scan {
        private final byte[] in;
        private final int from;
        private final int to;
        private int at;
        private @Nullable String found;

        Scan(KeyParts.Body body) {
            this.in = body.array();
            this.from = body.from();
            this.to = body.to();
            this.at = body.from();
        }

        /**
         * Reads a value.
         *
         * @param step how much of the pointer leads to it; {@link #OFF} where it leads elsewhere
         */
        void value(int step, int depth) {
            byte first = next();
            if (step == names.length) {
                key(first);
                return;
            }
            switch (first) {
                case '"' -> string();
                case '{' -> object(step, depth + 1);
                case '[' -> array(step, depth + 1);
                case 't' -> word("true");
                case 'f' -> word("false");
                case 'n' -> word("null");
                default -> number();
            }
        }

        void end() {
            blanks();
            if (at != to) {
                throw wrong("the end");
            }
        }

        private void key(byte first) {
            if (first == '"') {
                int begin = at + 1;
                boolean escaped = string();
                int length = at - 1 - begin;
                String text =
                        escaped
                                ? unescaped(begin, at - 1)
                                : new String(in, begin, length, StandardCharsets.UTF_8);
                found = KeyReader.bounded(text, "JSON field");
            } else if (first == 'n') {
                word("null");
            } else if (first >= '0' && first <= '9') {
                int begin = at;
                boolean whole = number();
                if (!whole || at - begin > LONGEST_NUMBER) {
                    at = begin;
                    throw wrong("a string, or a whole number of at most 15 digits");
                }
                found = new String(in, begin, at - begin, StandardCharsets.US_ASCII);
            } else {
                throw wrong("a string or a number");
            }
        }

        private void object(int step, int depth) {
            enter(depth);
            boolean wanted = step != OFF;
            boolean met = false;
            if (next() == '}') {
                at++;
                return;
            }
            while (true) {
                if (next() != '"') {
                    throw wrong("a field's name");
                }
                int begin = at + 1;
                boolean escaped = string();
                boolean onWay = wanted && isNamed(step, begin, at - 1, escaped);
                if (onWay && met) {
                    at = begin;
                    throw wrong("no field twice");
                }
                met |= onWay;
                if (next() != ':') {
                    throw wrong("a colon");
                }
                at++;
                value(onWay ? step + 1 : OFF, depth);
                if (ends((byte) '}')) {
                    return;
                }
            }
        }

        private void array(int step, int depth) {
            enter(depth);
            int wanted = step == OFF ? OFF : indexes[step];
            if (next() == ']') {
                at++;
                return;
            }
            for (int index = 0; ; index++) {
                value(index == wanted ? step + 1 : OFF, depth);
                if (ends((byte) ']')) {
                    return;
                }
            }
        }

        private void enter(int depth) {
            if (depth > DEEPEST) {
                throw wrong("a depth of at most " + DEEPEST);
            }
            at++;
        }

        /** Passes a comma, or the closing bracket and says so. */
        private boolean ends(byte closing) {
            byte met = next();
            if (met != closing && met != ',') {
                throw wrong("a comma or the end of it");
            }
            at++;
            return met == closing;
        }

        private boolean isNamed(int step, int begin, int end, boolean escaped) {
            byte[] name = names[step];
            return escaped
                    ? Arrays.equals(name, unescaped(begin, end).getBytes(StandardCharsets.UTF_8))
                    : end - begin == name.length
                            && Arrays.equals(in, begin, end, name, 0, name.length);
        }

        /** Passes a string; whether there are escapes in it. */
        private boolean string() {
            boolean escaped = false;
            int i = at + 1;
            while (i < to) {
                byte b = in[i];
                if (b == '"') {
                    at = i + 1;
                    return escaped;
                } else if (b == '\\') {
                    escaped = true;
                    at = i;
                    i = escape(i);
                } else if (b >= ' ') {
                    i++;
                } else {
                    at = i;
                    i = Utf8.after(in, i, to);
                    if (i < 0) {
                        throw wrong("UTF-8 without control characters");
                    }
                }
            }
            at = to;
            throw wrong("the end of a string");
        }

        private int escape(int i) {
            byte kind = i + 1 < to ? in[i + 1] : 0;
            if (kind == 'u') {
                for (int digit = i + 2; digit < i + 6; digit++) {
                    if (digit >= to || Character.digit(in[digit], 16) < 0) {
                        throw wrong("four hexadecimal digits");
                    }
                }
                return i + 6;
            }
            if ("\"\\/bfnrt".indexOf(kind) < 0) {
                throw wrong("an escape of JSON");
            }
            return i + 2;
        }

        private String unescaped(int begin, int end) {
            String raw = new String(in, begin, end - begin, StandardCharsets.UTF_8);
            StringBuilder text = new StringBuilder(raw.length());
            for (int i = 0; i < raw.length(); i++) {
                char c = raw.charAt(i);
                if (c != '\\') {
                    text.append(c);
                    continue;
                }
                char kind = raw.charAt(++i);
                switch (kind) {
                    case 'u' -> {
                        text.append((char) Integer.parseInt(raw, i + 1, i + 5, 16));
                        i += 4;
                    }
                    case 'b' -> text.append('\b');
                    case 'f' -> text.append('\f');
                    case 'n' -> text.append('\n');
                    case 'r' -> text.append('\r');
                    case 't' -> text.append('\t');
                    default -> text.append(kind);
                }
            }
            return text.toString();
        }

        /** Passes a number; whether it is written without fraction and exponent. */
        private boolean number() {
            int i = at;
            if (i < to && in[i] == '-') {
                i++;
            }
            int whole = i;
            i = digits(i);
            boolean zeroLed = i > whole + 1 && in[whole] == '0';
            boolean plain = true;
            if (i == whole || zeroLed) {
                throw wrong("a value");
            }
            if (i < to && in[i] == '.') {
                plain = false;
                i = someDigits(i + 1);
            }
            if (i < to && (in[i] == 'e' || in[i] == 'E')) {
                plain = false;
                boolean signed = i + 1 < to && (in[i + 1] == '+' || in[i + 1] == '-');
                i = someDigits(signed ? i + 2 : i + 1);
            }
            at = i;
            return plain;
        }

        private int someDigits(int i) {
            int end = digits(i);
            if (end == i) {
                throw wrong("a number");
            }
            return end;
        }

        private int digits(int i) {
            int end = i;
            while (end < to && in[end] >= '0' && in[end] <= '9') {
                end++;
            }
            return end;
        }

        private void word(String expected) {
            for (int i = 0; i < expected.length(); i++) {
                if (at + i >= to || in[at + i] != expected.charAt(i)) {
                    throw wrong(expected);
                }
            }
            at += expected.length();
        }

        private byte next() {
            blanks();
            if (at == to) {
                throw wrong("more");
            }
            return in[at];
        }

        private void blanks() {
            while (at < to
                    && (in[at] == ' ' || in[at] == '\n' || in[at] == '\r' || in[at] == '\t')) {
                at++;
            }
        }

        private RuntimeException wrong(String expected) {
            return KeyReader.refused("JSON at byte " + (at - from), expected);
        }
    }
}

package io.feiqian.chaos;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads HTTP/1.1 as strictly as a test needs it: what is cut off is never taken for whole, and what
 * is no HTTP is a {@link ProtocolException}. For one thread.
 */
final class HttpWire {
    private static final int LONGEST_LINE = 16_384;
    private static final int LONGEST_BODY = 16 << 20;

    private final InputStream in;

    HttpWire(InputStream in) {
        this.in = new BufferedInputStream(in, 16_384);
    }

    /**
     * The first line and the fields of a message.
     *
     * @param first the request or status line
     * @param fields by name in lower case; of several the last
     */
    record Head(String first, Map<String, String> fields) {
        /** Copies the map. */
        Head {
            fields = Map.copyOf(fields);
        }

        String field(String name) {
            return fields.getOrDefault(name, "");
        }

        String verb() {
            return first.substring(0, Math.max(0, first.indexOf(' ')));
        }

        String path() {
            String[] parts = first.split(" ", -1);
            return parts.length == 3 ? parts[1] : "";
        }

        int status() throws ProtocolException {
            if (!first.matches("HTTP/1\\.1 [1-5]\\d\\d .*")) {
                throw new ProtocolException("status line: " + first);
            }
            return Integer.parseInt(first.substring(9, 12));
        }

        boolean isLast() {
            return field("connection").toLowerCase(Locale.ROOT).contains("close");
        }
    }

    /** The next head; empty where the stream ends before its first byte. */
    Optional<Head> head() throws IOException {
        Optional<String> first = line(true);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        while (true) {
            String line = line(false).orElseThrow(EOFException::new);
            if (line.isEmpty()) {
                return Optional.of(new Head(first.get(), fields));
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("field: " + line);
            }
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
    }

    /** The body that follows a head of this kind; whole, or an {@link EOFException}. */
    byte[] body(Head head) throws IOException {
        if (head.field("transfer-encoding").toLowerCase(Locale.ROOT).endsWith("chunked")) {
            return chunks();
        }
        String length = head.field("content-length");
        if (length.isEmpty()) {
            if (head.first().startsWith("HTTP/") && head.status() >= 200) {
                throw new ProtocolException("an answer of no known length");
            }
            return new byte[0];
        }
        return exactly(number(length, 10));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            String size = line(false).orElseThrow(EOFException::new);
            int extension = size.indexOf(';');
            int length = number(extension < 0 ? size : size.substring(0, extension).strip(), 16);
            if (length == 0) {
                while (!line(false).orElseThrow(EOFException::new).isEmpty()) {
                    Thread.onSpinWait();
                }
                return all.toByteArray();
            }
            all.writeBytes(exactly(length));
            if (!line(false).orElseThrow(EOFException::new).isEmpty()) {
                throw new ProtocolException("a chunk is longer than it says");
            }
        }
    }

    private static int number(String text, int radix) throws ProtocolException {
        try {
            int number = Integer.parseInt(text, radix);
            if (number >= 0 && number <= LONGEST_BODY) {
                return number;
            }
        } catch (NumberFormatException malformed) {
            throw new ProtocolException("length: " + text);
        }
        throw new ProtocolException("length: " + text);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("%d of %d bytes".formatted(bytes.length, length));
        }
        return bytes;
    }

    private Optional<String> line(boolean mayEnd) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < LONGEST_LINE) {
            int next = in.read();
            if (next < 0) {
                if (mayEnd && line.isEmpty()) {
                    return Optional.empty();
                }
                throw new EOFException("in a line");
            }
            if (next == '\n') {
                int last = line.length() - 1;
                if (last < 0 || line.charAt(last) != '\r') {
                    throw new ProtocolException("a line feed alone");
                }
                return Optional.of(line.substring(0, last));
            }
            line.append((char) next);
        }
        throw new ProtocolException("a line of more than " + LONGEST_LINE + " bytes");
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.proxy.HeadBounds;
import io.feiqian.runtime.Randomness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The reader of HTTP/1.1 against its naive twin: valid and mutated requests, in random pieces. A
 * failure prints the seed and the bytes.
 */
class ReadingFuzzTest {
    private static final long SEED = 20260131;
    private static final int ROUNDS = 60_000;

    private final Randomness random = Randomness.seeded(SEED);

    @Test
    void bothReadersSayTheSameOfValidAndMutatedRequestsHoweverTheyArrive() {
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutated(valid(), random.nextInt(3));
            Optional<NaiveReader.Request> slow = NaiveReader.read(bytes);
            Optional<NaiveReader.Request> fast = read(bytes, random);
            assertThat(fast).as("seed %d, round %d: %s", SEED, round, shown(bytes)).isEqualTo(slow);
            accepted += fast.isPresent() ? 1 : 0;
        }
        assertThat(accepted).as("accepted requests").isBetween(ROUNDS / 4, ROUNDS * 9 / 10);
    }

    private String valid() {
        String target =
                any("/", "/a/b?c=d", "/%41%2f", "http://h/x", "/a//b", "*", "/.x/..y", "/%2e%2e/a");
        String method = any("GET", "POST", "OPTIONS", "PUT", "M-SEARCH");
        StringBuilder text = new StringBuilder(random.nextInt(20) == 0 ? "\r\n" : "");
        text.append(method).append(' ').append(target).append(" HTTP/1.");
        text.append(random.nextInt(6) == 0 ? "0" : "1").append("\r\nHost: ");
        text.append(any("a", "b.example:80", "[::1]:8080", " h\t")).append("\r\n");
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(
                    any(
                            "X-A: b\r\n",
                            "x-empty:\r\n",
                            "Cookie: a=b; c=\"d\"\r\n",
                            "Connection: keep-alive, x-a\r\n",
                            "X-Long: " + "y".repeat(random.nextInt(300)) + "\r\n",
                            "Accept: \u00e9\r\n"));
        }
        String body = "b".repeat(random.nextInt(40));
        switch (random.nextInt(5)) {
            case 0 ->
                    text.append("Content-Length: ")
                            .append(body.length())
                            .append("\r\n\r\n")
                            .append(body);
            case 1 -> {
                text.append("Transfer-Encoding: chunked\r\n\r\n");
                if (!body.isEmpty()) {
                    text.append(Integer.toHexString(body.length()))
                            .append(any("", ";a=b"))
                            .append("\r\n")
                            .append(body)
                            .append("\r\n");
                }
                text.append("0\r\n").append(any("", "X-T: 1\r\n")).append("\r\n");
            }
            case 2 ->
                    text.append("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            default -> text.append("\r\n");
        }
        return text.toString();
    }

    private String any(String... some) {
        return some[random.nextInt(some.length)];
    }

    private byte[] mutated(String text, int times) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        String odd = "\r\n \t:;,\0\u007fA0\u00ff/%.#\\";
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(bytes.length);
            byte other = (byte) odd.charAt(random.nextInt(odd.length()));
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] = other;
                case 1 -> {
                    byte[] more = Arrays.copyOf(bytes, bytes.length + 1);
                    System.arraycopy(bytes, at, more, at + 1, bytes.length - at);
                    more[at] = other;
                    bytes = more;
                }
                default -> {
                    byte[] less = Arrays.copyOf(bytes, bytes.length - 1);
                    System.arraycopy(bytes, at + 1, less, at, bytes.length - at - 1);
                    bytes = less;
                }
            }
        }
        return bytes;
    }

    /** Reads by the fast reader, in pieces. */
    private static Optional<NaiveReader.Request> read(byte[] bytes, Randomness random) {
        Head head = new Head();
        HeadParser parser = new HeadParser(HeadParser.Kind.REQUEST, head, HeadBounds.USUAL);
        BodyReader body = new BodyReader(HeadBounds.USUAL);
        StringBuilder text = new StringBuilder();
        BodyReader.Sink sink =
                (from, many) ->
                        text.append(from.readCharSequence(many, StandardCharsets.ISO_8859_1));
        boolean headDone = false;
        String line = "";
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int piece = Math.min(bytes.length - at, 1 + random.nextInt(60));
            ByteBuf in = Unpooled.wrappedBuffer(bytes, at, piece);
            at += piece;
            if (!headDone) {
                int result = parser.parse(in);
                if (result == HeadParser.FAILED) {
                    return Optional.empty();
                }
                if (result == HeadParser.MORE) {
                    continue;
                }
                headDone = true;
                line = line(bytes);
                fields = fields(head);
                body.begin(head.chunked, head.bodyLength());
                if (body.isOver()) {
                    return Optional.of(new NaiveReader.Request(line, fields, ""));
                }
            }
            int result = in.isReadable() ? body.read(in, sink) : BodyReader.MORE;
            if (result == BodyReader.FAILED) {
                return Optional.empty();
            }
            if (result == BodyReader.END) {
                return Optional.of(new NaiveReader.Request(line, fields, text.toString()));
            }
        }
        return Optional.empty();
    }

    private static String line(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String rest = text.startsWith("\r\n") ? text.substring(2) : text;
        return rest.substring(0, rest.indexOf("\r\n"));
    }

    /** The fields as they came: one that was made anew stands for the one that it replaced. */
    private static List<String> fields(Head head) {
        List<String> all = new ArrayList<>();
        boolean replaced = false;
        for (int i = 0; i < head.fields(); i++) {
            replaced |= head.isDropped(i);
            all.add(head.text(head.nameStart(i), head.nameEnd(i)) + "=" + head.value(i));
        }
        if (replaced || (head.old && absolute(head))) {
            all.removeLast();
        }
        return all;
    }

    private static boolean absolute(Head head) {
        return head.bytes[head.methodEnd + 1] == 'h';
    }

    private static String shown(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1)
                .replace("\r", "\\r")
                .replace("\n", "\\n");
    }
}

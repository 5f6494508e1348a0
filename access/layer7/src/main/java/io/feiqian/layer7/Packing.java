package io.feiqian.layer7;

import io.feiqian.proxy.Client;
import io.feiqian.proxy.CompressionConfig;
import io.feiqian.proxy.HttpAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the answers of an exchange smaller on their way, where its route wants that and the client
 * takes it (S.gw-2; RFC 9110, 8.4). What has come goes out with each flush, so that an answer that
 * comes in pieces is read in pieces; nothing is kept but what a deflater holds. Answers that are
 * encoded already, are parts, carry a digest or say {@code no-transform} are left alone, and so is
 * everything for whom a browser may have asked unknowingly ({@link CompressionConfig#ambient}).
 * Confined to its event loop.
 */
final class Packing {
    /** An own answer that is longer goes as it is: it would hold up the others of its loop. */
    private static final int MOST_OWN = 1 << 20;

    private static final int FIRST = 256;

    /** By these a program proves who asks; a browser does not do that by itself. */
    private static final String[] DELIBERATE = {"bearer ", "dpop ", "feiqian-"};

    private static final byte[] ACCEPT_ENCODING = Bytes.ascii("accept-encoding");
    private static final byte[] ACCEPT_RANGES = Bytes.ascii("accept-ranges");
    private static final byte[] CACHE_CONTROL = Bytes.ascii("cache-control");
    private static final byte[] CONTENT_ENCODING = Bytes.ascii("content-encoding");
    private static final byte[] CONTENT_TYPE = Bytes.ascii("content-type");
    private static final byte[] ETAG = Bytes.ascii("etag");
    private static final byte[] VARY = Bytes.ascii("vary");
    private static final byte[] NO_TRANSFORM = Bytes.ascii("no-transform");
    private static final byte[] GZIP = Bytes.ascii("gzip");

    /** With one of these an answer must stay, byte for byte, what it is. */
    private static final byte[][] FIXING = {
        CONTENT_ENCODING,
        Bytes.ascii("content-range"),
        Bytes.ascii("content-digest"),
        Bytes.ascii("repr-digest"),
        Bytes.ascii("digest"),
        Bytes.ascii("content-md5"),
    };

    /**
     * Something that the gateway answers itself.
     *
     * @param answer the answer, with its headers
     * @param body its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // Never written.
    record Own(HttpAnswer answer, byte[] body) {}

    private final Exchange exchange;
    private @Nullable CompressionConfig config;
    private @Nullable Gzip gzip;
    private boolean wanted;
    private boolean unsent;
    private long before;
    private long after;

    Packing(Exchange exchange) {
        this.exchange = exchange;
    }

    /** A request has come, as the client has sent it. */
    void begin(@Nullable CompressionConfig by, Head request, Client client) {
        config = request.grpc ? null : by;
        wanted =
                by != null
                        && !request.old
                        && takesGzip(all(request, ACCEPT_ENCODING))
                        && !says(request, NO_TRANSFORM)
                        && (by.ambient() || !isAmbient(request, client));
    }

    private static boolean isAmbient(Head request, Client client) {
        if (client.certificate().isPresent() || request.find(Known.COOKIE) >= 0) {
            return true;
        }
        int proof = request.find(Known.AUTHORIZATION);
        if (proof < 0) {
            return false;
        }
        String scheme = request.value(proof).toLowerCase(Locale.ROOT);
        for (String each : DELIBERATE) {
            if (scheme.startsWith(each)) {
                return false;
            }
        }
        return true;
    }

    /** The head of an answer goes out; it is changed where the body will be. */
    void head(Head answer, boolean bodyless) {
        CompressionConfig by = config;
        if (by == null) {
            return;
        }
        if (answer.status == 304) {
            // It stands for an answer that may have been made smaller (RFC 9110, 15.4.5).
            vary(answer);
            if (wanted) {
                weaken(answer);
            }
            return;
        }
        if (!isOpen(answer, by)) {
            return;
        }
        vary(answer);
        Gzip one = bodyless || !wanted ? null : gzips().take(by.level());
        if (one != null) {
            gzip = one;
            before = 0;
            after = 0;
            unsent = false;
            answer.dropAll(Known.CONTENT_LENGTH);
            answer.dropAll(ACCEPT_RANGES);
            answer.add(CONTENT_ENCODING, GZIP);
            answer.bodyLength = Head.UNKNOWN;
            weaken(answer);
        }
    }

    /** Whether an answer may be changed. */
    private static boolean isOpen(Head answer, CompressionConfig by) {
        if (answer.status == 206
                || (answer.bodyLength != Head.UNKNOWN && answer.bodyLength < by.leastBytes())
                || says(answer, NO_TRANSFORM)) {
            return false;
        }
        for (byte[] each : FIXING) {
            if (answer.find(each) >= 0) {
                return false;
            }
        }
        return by.covers(answer.valueOf(CONTENT_TYPE));
    }

    /** Whether the body of this answer is made smaller. */
    boolean isOn() {
        return gzip != null;
    }

    /** Bytes of the body have come; returns how many go out for now. */
    int data(ByteBuf from, int many, ClientSide to) {
        Gzip one = gzip;
        if (one == null || many == 0) {
            return 0;
        }
        before += many;
        unsent = true;
        ByteBuf out = Buffers.MEMORY.directBuffer(FIRST + many / 3);
        one.data(from, many, out);
        return send(out, to);
    }

    /** All that has come goes out; returns how many bytes that are. */
    int flush(ClientSide to) {
        Gzip one = gzip;
        if (one == null || !unsent) {
            return 0;
        }
        unsent = false;
        ByteBuf out = Buffers.MEMORY.directBuffer(FIRST);
        one.flush(out);
        return send(out, to);
    }

    /** That was the whole body; returns how many bytes go out. */
    int end(ClientSide to) {
        Gzip one = gzip;
        if (one == null) {
            return 0;
        }
        ByteBuf out = Buffers.MEMORY.directBuffer(FIRST);
        one.end(out);
        int last = send(out, to);
        gzips().count(before, after);
        clear();
        return last;
    }

    private int send(ByteBuf out, ClientSide to) {
        try {
            int many = out.readableBytes();
            after += many;
            if (many > 0) {
                to.answerData(out, many);
            }
            return many;
        } finally {
            out.release();
        }
    }

    private Gzips gzips() {
        return exchange.worker.gzips;
    }

    /** The exchange is over, whatever has become of it. */
    void clear() {
        Gzip one = gzip;
        if (one != null) {
            gzip = null;
            gzips().give(one);
        }
    }

    /** An answer of the gateway's own, whole; as it is or made smaller. */
    Own own(HttpAnswer answer, byte[] body, boolean bodyless) {
        CompressionConfig by = config;
        if (by == null) {
            return new Own(answer, body);
        }
        if (answer.status() == 304) {
            return new Own(wanted ? weaker(varied(answer)) : varied(answer), body);
        }
        if (!by.covers(answer.contentType())
                || body.length < by.leastBytes()
                || body.length > MOST_OWN) {
            return new Own(answer, body);
        }
        HttpAnswer varied = varied(answer);
        Gzip one = bodyless || !wanted ? null : gzips().take(by.level());
        if (one == null) {
            return new Own(varied, body);
        }
        ByteBuf out = Buffers.MEMORY.directBuffer(FIRST + body.length / 3);
        try {
            one.data(Unpooled.wrappedBuffer(body), body.length, out);
            one.end(out);
            gzips().count(body.length, out.readableBytes());
            return new Own(
                    weaker(varied).with("Content-Encoding", "gzip"), ByteBufUtil.getBytes(out));
        } finally {
            out.release();
            gzips().give(one);
        }
    }

    private static HttpAnswer varied(HttpAnswer answer) {
        String known = header(answer, "Vary");
        return answer.with(
                "Vary", known.isEmpty() ? "Accept-Encoding" : known + ", Accept-Encoding");
    }

    private static HttpAnswer weaker(HttpAnswer answer) {
        String tag = header(answer, "ETag");
        return tag.isEmpty() || tag.startsWith("W/") ? answer : answer.with("ETag", "W/" + tag);
    }

    private static String header(HttpAnswer answer, String name) {
        for (Map.Entry<String, String> each : answer.headers().entrySet()) {
            if (each.getKey().equals(name)) {
                return each.getValue();
            }
        }
        return "";
    }

    private static void vary(Head answer) {
        String known = all(answer, VARY).toLowerCase(Locale.ROOT);
        if (!known.contains("*") && !known.contains("accept-encoding")) {
            answer.add(VARY, ACCEPT_ENCODING);
        }
    }

    /** The bytes are others from now on, though they mean the same (RFC 9110, 8.8.1). */
    private static void weaken(Head answer) {
        String tag = answer.valueOf(ETAG);
        if (!tag.isEmpty() && !tag.startsWith("W/")) {
            answer.dropAll(ETAG);
            answer.add(ETAG, Bytes.ascii("W/" + tag));
        }
    }

    private static boolean says(Head head, byte[] directive) {
        for (int at = head.find(CACHE_CONTROL); at >= 0; at = head.next(CACHE_CONTROL, at + 1)) {
            if (Requests.Tokens.has(head, at, directive)) {
                return true;
            }
        }
        return false;
    }

    /** All values of a field; empty for none. */
    private static String all(Head head, byte[] name) {
        int first = head.find(name);
        if (first < 0) {
            return "";
        }
        String all = head.value(first);
        for (int at = head.next(name, first + 1); at >= 0; at = head.next(name, at + 1)) {
            all = all + "," + head.value(at);
        }
        return all;
    }

    /** Whether a client takes gzip, and does not want it plain rather (RFC 9110, 12.5.3). */
    static boolean takesGzip(String accepted) {
        if (accepted.isEmpty()) {
            return false;
        }
        double gzip = -1;
        double any = -1;
        double plain = -1;
        for (String each : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            int end = each.indexOf(';');
            String name = (end < 0 ? each : each.substring(0, end)).strip();
            double weight = end < 0 ? 1 : weight(each.substring(end + 1).strip());
            switch (name) {
                case "gzip", "x-gzip" -> gzip = weight;
                case "*" -> any = weight;
                case "identity" -> plain = weight;
                default -> {}
            }
        }
        double ours = gzip >= 0 ? gzip : any;
        return ours > 0 && ours >= plain;
    }

    /** What is no weight is none. */
    private static double weight(String text) {
        return text.matches("q\\s*=\\s*[01]([.][0-9]{0,3})?")
                ? Double.parseDouble(text.substring(text.indexOf('=') + 1).strip())
                : 0;
    }
}

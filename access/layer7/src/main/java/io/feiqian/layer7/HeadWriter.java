package io.feiqian.layer7;

import java.util.Locale;

/** Writes heads as HTTP/1.1. Pure functions. */
final class HeadWriter {
    private static final byte[] VERSION = Bytes.ascii(" HTTP/1.1\r\n");
    private static final byte[] CHUNKED = Bytes.ascii("transfer-encoding: chunked\r\n");
    private static final byte[] CLOSE = Bytes.ascii("connection: close\r\n");
    private static final byte[] KEEP = Bytes.ascii("connection: keep-alive\r\n");
    private static final byte[] UPGRADE = Bytes.ascii("connection: upgrade\r\n");
    private static final byte[][] STATUS = new byte[600][];

    static {
        for (int i = 100; i < 600; i++) {
            STATUS[i] = Bytes.ascii("HTTP/1.1 %d %s\r\n".formatted(i, reason(i)));
        }
    }

    /** What a head says of the connection. */
    enum Connection {
        /** Nothing: it is kept. */
        KEPT,
        /** That it is kept, to those who would not think so. */
        SAID_KEPT,
        /** That it ends. */
        CLOSED,
        /** That something else is spoken on it from now on. */
        UPGRADED
    }

    private HeadWriter() {}

    /** Writes a request. */
    static void request(Head head, Bytes out, Connection connection) {
        out.put(head.bytes, head.methodStart, head.methodEnd).put(' ');
        if (head.sentTargetEnd > 0) {
            out.put(head.bytes, head.sentTargetStart, head.sentTargetEnd);
        } else {
            out.put(head.bytes, head.targetStart, head.targetEnd);
        }
        out.put(VERSION);
        fields(head, out);
        end(out, head.bodyLength == Head.UNKNOWN, connection);
    }

    /** Writes an answer. */
    static void answer(Head head, Bytes out, boolean chunked, Connection connection) {
        out.put(STATUS[head.status]);
        fields(head, out);
        end(out, chunked, connection);
    }

    /** Writes trailers, with the empty line behind them. */
    static void trailers(Head head, Bytes out) {
        for (int i = 0; i < head.fields(); i++) {
            // What says where a message ends, whom it is for or who asks is none (RFC 9110, 6.5.1).
            if (head.known(i) != Known.NONE) {
                head.drop(i);
            }
        }
        fields(head, out);
        out.put('\r').put('\n');
    }

    /** Fields that lie side by side are copied together. */
    private static void fields(Head head, Bytes out) {
        int from = 0;
        int to = 0;
        for (int i = 0; i < head.fields(); i++) {
            if (head.isDropped(i)) {
                continue;
            }
            int start = head.nameStart(i);
            if (start != to) {
                out.put(head.bytes, from, to);
                from = start;
            }
            to = head.lineEnd(i);
        }
        out.put(head.bytes, from, to);
    }

    private static void end(Bytes out, boolean chunked, Connection connection) {
        if (chunked) {
            out.put(CHUNKED);
        }
        switch (connection) {
            case KEPT -> {}
            case SAID_KEPT -> out.put(KEEP);
            case CLOSED -> out.put(CLOSE);
            case UPGRADED -> out.put(UPGRADE);
        }
        out.put('\r').put('\n');
    }

    private static String reason(int status) {
        io.netty.handler.codec.http.HttpResponseStatus known =
                io.netty.handler.codec.http.HttpResponseStatus.valueOf(status);
        String reason = known.reasonPhrase();
        return reason.toLowerCase(Locale.ROOT).contains("(") ? "Status" : reason;
    }
}

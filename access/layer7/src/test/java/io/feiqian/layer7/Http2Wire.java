package io.feiqian.layer7;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** An end of a connection of HTTP/2 that sends whatever it is told, over a raw socket. */
@SuppressWarnings({
    "AddressSelection",
    "ArrayRecordComponent"
}) // On this machine only; never written.
final class Http2Wire implements AutoCloseable {
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;
    private final Map<Integer, Integer> resets = new HashMap<>();
    private final Map<Integer, Http2Headers> heads = new HashMap<>();
    private final Map<Integer, ByteArrayOutputStream> bodies = new HashMap<>();
    private final Set<Integer> over = new HashSet<>();
    private final Map<Integer, Long> settings = new HashMap<>();
    private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder();

    /** A frame as it came. */
    private record Frame(int type, int flags, int stream, ByteBuffer payload) {}

    /** A client. */
    Http2Wire(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
        out.write(PREFACE);
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    private Http2Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    /** The server's end of the next connection. */
    static Http2Wire accept(ServerSocket server) throws IOException {
        Http2Wire wire = new Http2Wire(server.accept());
        if (!Arrays.equals(wire.in.readNBytes(PREFACE.length), PREFACE)) {
            throw new IOException("no preface of HTTP/2");
        }
        wire.frame(SETTINGS, 0, 0, new byte[0]);
        return wire;
    }

    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        byte[] all = new byte[9 + payload.length];
        all[0] = (byte) (payload.length >> 16);
        all[1] = (byte) (payload.length >> 8);
        all[2] = (byte) payload.length;
        all[3] = (byte) type;
        all[4] = (byte) flags;
        all[5] = (byte) (stream >> 24);
        all[6] = (byte) (stream >> 16);
        all[7] = (byte) (stream >> 8);
        all[8] = (byte) stream;
        System.arraycopy(payload, 0, all, 9, payload.length);
        out.write(all);
    }

    /** A head, in as many frames as it needs. */
    void headers(int stream, boolean end, byte[] block) throws IOException {
        int most = 16_384;
        int flags = (end ? 1 : 0) | (block.length <= most ? 4 : 0);
        frame(HEADERS, flags, stream, Arrays.copyOf(block, Math.min(most, block.length)));
        for (int from = most; from < block.length; from += most) {
            int to = Math.min(block.length, from + most);
            frame(9, to == block.length ? 4 : 0, stream, Arrays.copyOfRange(block, from, to));
        }
    }

    byte[] get(String path) {
        return join(
                field(":method", "GET"),
                field(":scheme", "http"),
                field(":path", path),
                field(":authority", "shop"));
    }

    /** A head with this method. */
    static byte[] asked(String method) {
        return join(field(":method", method), without(":method"));
    }

    /** A head of a request that lacks a field. */
    static byte[] without(String name) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Map.of(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "shop")
                .forEach((each, value) -> {
                    if (!each.equals(name)) {
                        all.writeBytes(field(each, value));
                    }
                });
        return all.toByteArray();
    }

    /** What the next frame of this kind with these flags brings. */
    byte[] heard(int type, int flags) throws IOException {
        Frame frame = read();
        while (frame.type != type || frame.flags != flags) {
            frame = read();
        }
        byte[] payload = new byte[frame.payload.remaining()];
        frame.payload.get(0, payload);
        return payload;
    }

    /** A field that no table keeps. */
    static byte[] field(String name, String value) {
        return literal(0, name, value);
    }

    /** A field that the table keeps. */
    static byte[] kept(String name, String value) {
        return literal(0x40, name, value);
    }

    private static byte[] literal(int kind, String name, String value) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(kind);
        text(all, name);
        text(all, value);
        return all.toByteArray();
    }

    private static void text(ByteArrayOutputStream to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            to.write(bytes.length);
        } else {
            to.write(127);
            int rest = bytes.length - 127;
            while (rest >= 128) {
                to.write(rest % 128 + 128);
                rest /= 128;
            }
            to.write(rest);
        }
        to.writeBytes(bytes);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] each : parts) {
            all.writeBytes(each);
        }
        return all.toByteArray();
    }

    /** The body of a stream's answer. */
    String until(String what, int stream) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            Frame frame = read();
            if (frame.stream == stream && frame.type == 0) {
                byte[] piece = new byte[frame.payload.remaining()];
                frame.payload.get(0, piece);
                body.writeBytes(piece);
            }
            if (frame.stream == stream && frame.type <= 1 && (frame.flags & 1) != 0) {
                return body.toString(StandardCharsets.UTF_8);
            }
            if (frame.type == GOAWAY || (frame.type == RST && frame.stream == stream)) {
                return what + " did not come: " + frame;
            }
        }
    }

    /** The head that came last on a stream. */
    Http2Headers head(int stream) throws IOException {
        while (!heads.containsKey(stream)) {
            var _ = read();
        }
        return heads.get(stream);
    }

    /** Exactly so many bytes of a stream's body, from its beginning. */
    byte[] body(int stream, int many) throws IOException {
        ByteArrayOutputStream body =
                bodies.computeIfAbsent(stream, _ -> new ByteArrayOutputStream());
        while (body.size() < many) {
            var _ = read();
        }
        return body.toByteArray();
    }

    /** Until the other end has said all on a stream. */
    void over(int stream) throws IOException {
        while (!over.contains(stream)) {
            var _ = read();
        }
    }

    /** What the other end has set. */
    long setting(int id) throws IOException {
        while (!settings.containsKey(id)) {
            var _ = read();
        }
        return settings.get(id);
    }

    /** The error by which a stream was reset; -1 where the connection ended without. */
    int reset(int stream) throws IOException {
        while (!resets.containsKey(stream)) {
            try {
                Frame frame = read();
                if (frame.type == GOAWAY) {
                    return frame.payload.getInt(4);
                }
            } catch (EOFException | SocketException over) {
                return -1;
            }
        }
        return resets.get(stream);
    }

    int endedOrReset(int stream) throws IOException {
        return reset(stream);
    }

    /** The error of GOAWAY, after which the connection was closed; -1 where it closed without. */
    int ended() throws IOException {
        int error = -1;
        try {
            while (true) {
                Frame frame = read();
                if (frame.type == GOAWAY) {
                    error = frame.payload.getInt(4);
                }
            }
        } catch (EOFException | SocketException over) {
            return error;
        }
    }

    private Frame read() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & Integer.MAX_VALUE;
        byte[] payload = in.readNBytes(length);
        if (type == RST) {
            resets.put(stream, ByteBuffer.wrap(payload).getInt(0));
        }
        if (type <= HEADERS && (flags & 1) != 0) {
            over.add(stream);
        }
        switch (type) {
            case DATA ->
                    bodies.computeIfAbsent(stream, _ -> new ByteArrayOutputStream())
                            .writeBytes(payload);
            case HEADERS -> heads.put(stream, decode(stream, payload));
            case SETTINGS -> {
                ByteBuffer each = ByteBuffer.wrap(payload);
                while (each.hasRemaining()) {
                    settings.put((int) each.getShort(), (long) each.getInt());
                }
            }
            default -> {}
        }
        return new Frame(type, flags, stream, ByteBuffer.wrap(payload));
    }

    private Http2Headers decode(int stream, byte[] block) throws IOException {
        try {
            return hpack.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
        } catch (Http2Exception broken) {
            throw new IOException(broken);
        }
    }

    /** Says nothing more; what the other end says can still be read. */
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

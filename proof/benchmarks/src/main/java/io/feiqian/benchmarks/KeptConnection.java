package io.feiqian.benchmarks;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An HTTP connection that is kept, one request at a time: little more than the bytes, so that the
 * caller costs far less than what it calls. Answers have to say how long they are. For one thread
 * at a time.
 */
final class KeptConnection implements AutoCloseable {
    private static final int LONGEST_HEAD = 16 << 10;
    private static final String LENGTH = "content-length:";

    private final Socket socket;
    private final InputStream in;

    KeptConnection(int port) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** What came back. */
    record Reply(int status, String text) {}

    /** Sends a body and waits for the answer. */
    Reply post(String path, String type, byte[] body) throws IOException {
        byte[] head =
                "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                        .formatted(path, type, body.length)
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[head.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        socket.getOutputStream().write(all);
        return reply();
    }

    private Reply reply() throws IOException {
        String status = line();
        int length = 0;
        int read = status.length();
        for (String line = line(); !line.isEmpty(); line = line()) {
            read += line.length();
            if (read > LONGEST_HEAD) {
                throw new IOException("head: longer than " + LONGEST_HEAD + " (expected: shorter)");
            }
            if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
                length = Integer.parseInt(line.substring(LENGTH.length()).strip());
            }
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the answer ended early");
        }
        return new Reply(
                Integer.parseInt(status.substring(9, 12)),
                new String(body, StandardCharsets.UTF_8));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

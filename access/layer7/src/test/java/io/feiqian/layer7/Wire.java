package io.feiqian.layer7;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One end of a connection that sends exactly the bytes it is told to and reads messages. */
final class Wire implements AutoCloseable {
    /** A message as it came: the first line, the fields, the body with chunks put together. */
    record Message(String first, Map<String, String> fields, String body, boolean whole) {
        static final Message NONE = new Message("", Map.of(), "", false);

        int status() {
            return first.length() < 12 ? 0 : Integer.parseInt(first.substring(9, 12));
        }

        String field(String name) {
            return fields.getOrDefault(name, "");
        }
    }

    private final Socket socket;
    private final InputStream in;

    Wire(int port) {
        this(connected(port));
    }

    Wire(Socket socket) {
        try {
            this.socket = socket;
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            this.in = new java.io.BufferedInputStream(socket.getInputStream(), 65_536);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static Socket connected(int port) {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    static Message exchange(int port, String request) {
        try (Wire wire = new Wire(port)) {
            return wire.send(request).read();
        }
    }

    Wire send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException gone) {
            // Who reads learns it.
        }
        return this;
    }

    Message read() {
        return read(true);
    }

    /** The next message; an empty one where the other side has closed. */
    Message read(boolean hasBody) {
        try {
            String first = line();
            if (first.isEmpty()) {
                return Message.NONE;
            }
            Map<String, String> fields = new TreeMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                fields.merge(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip(),
                        (one, other) -> one + "|" + other);
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            boolean bodyless = first.startsWith("HTTP/1.1 1") || first.startsWith("HTTP/1.1 204");
            boolean whole = !hasBody || bodyless || body(fields, first, body);
            return new Message(first, fields, body.toString(StandardCharsets.ISO_8859_1), whole);
        } catch (IOException broken) {
            return Message.NONE;
        }
    }

    private boolean body(Map<String, String> fields, String first, ByteArrayOutputStream body)
            throws IOException {
        if ("chunked".equals(fields.get("transfer-encoding"))) {
            while (true) {
                String size = line();
                if (size.isEmpty()) {
                    return false;
                }
                int many = Integer.parseInt(size.split(";", 2)[0], 16);
                if (many == 0) {
                    for (String line = line(); !line.isEmpty(); line = line()) {
                        fields.put("trailer-" + line.split(":", 2)[0], line.split(": ", 2)[1]);
                    }
                    return true;
                }
                byte[] part = in.readNBytes(many);
                body.write(part);
                if (part.length < many) {
                    return false;
                }
                line();
            }
        }
        if (fields.containsKey("content-length")) {
            int length = Integer.parseInt(fields.get("content-length"));
            byte[] all = in.readNBytes(length);
            body.write(all);
            return all.length == length;
        }
        if (first.startsWith("HTTP/")) {
            body.write(in.readAllBytes());
        }
        return true;
    }

    InputStream in() {
        return in;
    }

    Socket socket() {
        return socket;
    }

    boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (IOException broken) {
            return true;
        }
    }

    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Ends the connection by a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }
}

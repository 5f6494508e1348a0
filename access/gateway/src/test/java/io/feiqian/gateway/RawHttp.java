package io.feiqian.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends exactly the bytes it is told to, and reads answers one by one. */
final class RawHttp implements AutoCloseable {
    /** An answer as it came. */
    record Reply(int status, Map<String, String> headers, String body) {
        JsonNode json() {
            try {
                return new ObjectMapper().readTree(body);
            } catch (IOException wrong) {
                throw new IllegalStateException("body: " + body, wrong);
            }
        }

        int code() {
            return json().path("code").asInt(-1);
        }

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    private final Socket socket;
    private final InputStream in;

    RawHttp(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(20_000);
            in = socket.getInputStream();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    static Reply exchange(int port, String request) {
        try (RawHttp http = new RawHttp(port)) {
            return http.send(request).read();
        }
    }

    static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
    }

    static String post(String path, String body, String... headers) {
        StringBuilder head =
                new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: test\r\n")
                        .append("Content-Type: application/json\r\n")
                        .append("Content-Length: ")
                        .append(body.getBytes(StandardCharsets.UTF_8).length)
                        .append("\r\n");
        for (String each : headers) {
            head.append(each).append("\r\n");
        }
        return head + "\r\n" + body;
    }

    RawHttp send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
        return this;
    }

    /** The next answer; one to HEAD has no body. */
    Reply read() {
        return read(true);
    }

    Reply read(boolean withBody) {
        try {
            String first = line();
            if (first.isEmpty()) {
                return new Reply(0, Map.of(), "");
            }
            Map<String, String> headers = new TreeMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            String body = withBody ? new String(in.readNBytes(length), StandardCharsets.UTF_8) : "";
            return new Reply(Integer.parseInt(first.substring(9, 12)), headers, body);
        } catch (IOException broken) {
            return new Reply(0, Map.of(), "");
        }
    }

    /** Whether the other side has closed, or closes soon. */
    boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (IOException broken) {
            return true;
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // It is closed either way.
        }
    }
}

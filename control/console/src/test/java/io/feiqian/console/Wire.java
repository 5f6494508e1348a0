package io.feiqian.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requests that no client library would send. */
final class Wire {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");
    private static final int PATIENCE_MILLIS = 20_000;

    private Wire() {}

    /** What the server says to these very bytes, head and body; empty where it just ends. */
    static String exchange(int port, String request) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            send(socket, request);
            InputStream answer = socket.getInputStream();
            int each = answer.read();
            while (each >= 0) {
                said.write(each);
                each = isWhole(said.toString(StandardCharsets.UTF_8)) ? -1 : answer.read();
            }
        } catch (SocketTimeoutException silent) {
            throw new AssertionError("after: " + said.toString(StandardCharsets.UTF_8), silent);
        } catch (IOException ended) {
            // It hung up, as it may on what it does not want to read.
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    /** A head, and as much as it announces; who hears of an end need not wait for it. */
    private static boolean isWhole(String said) {
        int head = said.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(said);
        if (head < 0) {
            return false;
        }
        long body = length.find() ? Long.parseLong(length.group(1)) : 0;
        return said.substring(head + 4).getBytes(StandardCharsets.UTF_8).length >= body;
    }

    private static void send(Socket socket, String request) {
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        } catch (IOException hungUp) {
            // What it said before can still be read.
        }
    }

    /** The same of a request line, with what every request has, on a connection of its own. */
    static String ask(int port, String line, String... headers) {
        StringBuilder request = new StringBuilder(line).append(" HTTP/1.1\r\n");
        request.append("Host: 127.0.0.1:").append(port).append("\r\nConnection: close\r\n");
        for (String each : headers) {
            request.append(each).append("\r\n");
        }
        return exchange(port, request.append("\r\n").toString());
    }

    /** The status of an answer. */
    static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }
}

package io.feiqian.layer4;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Says its name, then all that it hears, and ends when the other has ended. */
final class EchoServer implements AutoCloseable {
    private final ServerSocket server;
    private final String name;

    EchoServer(String name) throws IOException {
        this(name, "127.0.0.1");
    }

    EchoServer(String name, String host) throws IOException {
        this.name = name;
        server = new ServerSocket();
        server.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0), 4_096);
        var _ = Thread.ofVirtual().start(this::serve);
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                var _ = Thread.ofVirtual().start(() -> echo(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void echo(Socket socket) {
        try (socket) {
            socket.getOutputStream().write((name + ":").getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            var _ = in.transferTo(socket.getOutputStream());
        } catch (IOException broken) {
            // Its client has gone.
        }
    }
}

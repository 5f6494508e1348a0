package io.feiqian.layer4;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A backend that does with each connection what a test says. */
final class Server implements AutoCloseable {
    /** What is done with a connection; it is closed afterwards. */
    @FunctionalInterface
    interface Serving {
        void serve(Socket socket) throws Exception;
    }

    private final ServerSocket server = new ServerSocket();
    private final Serving serving;

    Server(Serving serving) throws IOException {
        this.serving = serving;
        server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 4_096);
        var _ = Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                var _ = Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            serving.serve(socket);
        } catch (Exception broken) {
            // Its client has gone, and the test sees what became of that.
        }
    }
}

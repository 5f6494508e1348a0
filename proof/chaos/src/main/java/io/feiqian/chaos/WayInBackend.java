package io.feiqian.chaos;

import io.feiqian.runtime.Timer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A web server behind the way in, at a port that stays its own, and an echo of connections at
 * another: both behave as they are told. Thread-safe.
 */
final class WayInBackend implements AutoCloseable {
    /** What checks of its health ask for. */
    static final String PING = "/ping";

    /** The field that carries the number of a request, there and back. */
    static final String ID = "X-Id";

    private static final Duration LATE = Duration.ofMillis(400);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final int PADDING = 400;

    private final String name;
    private final WayInRecords records;
    private final Timer timer;
    private final int port;
    private final int echoPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger nonsense = new AtomicInteger();
    private volatile BackendManner manner = BackendManner.WELL;
    private volatile Optional<ServerSocket> listener = Optional.empty();
    private volatile Optional<ServerSocket> echoListener = Optional.empty();
    private final DatagramEcho datagrams;

    WayInBackend(String name, WayInRecords records, Timer timer) throws IOException {
        this.name = name;
        this.records = records;
        this.timer = timer;
        this.port = GatewayPorts.free();
        this.echoPort = GatewayPorts.free();
        this.datagrams =
                new DatagramEcho(
                        () -> manner != BackendManner.DEAD && manner != BackendManner.HUNG);
        listen();
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    int echoPort() {
        return echoPort;
    }

    int datagramPort() {
        return datagrams.port();
    }

    /** From now on it behaves so; who waits for something else is cut off. */
    synchronized void become(BackendManner next) {
        BackendManner before = manner;
        manner = next;
        try {
            if (next == BackendManner.DEAD) {
                silence();
            } else if (before == BackendManner.DEAD) {
                listen();
            } else if (before == BackendManner.HUNG) {
                reset();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void listen() throws IOException {
        listener = Optional.of(listen(port, this::serve));
        echoListener = Optional.of(listen(echoPort, this::echo));
    }

    private void silence() throws IOException {
        for (Optional<ServerSocket> each : List.of(listener, echoListener)) {
            if (each.isPresent()) {
                each.get().close();
            }
        }
        reset();
    }

    private void reset() {
        for (Socket each : open) {
            reset(each);
        }
    }

    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException gone) {
            Thread.onSpinWait();
        }
    }

    /** What is done with a connection. */
    private interface Serving {
        void serve(Socket socket) throws IOException, InterruptedException;
    }

    private ServerSocket listen(int at, Serving serving) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 512);
        Thread.ofVirtual().start(() -> accept(socket, serving));
        return socket;
    }

    private void accept(ServerSocket from, Serving serving) {
        while (!from.isClosed()) {
            try {
                Socket socket = from.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket, serving));
            } catch (IOException ended) {
                // The listener was closed, or the client left at once.
                Thread.onSpinWait();
            }
        }
    }

    private void serve(Socket socket, Serving serving) {
        try (socket) {
            socket.setTcpNoDelay(true);
            serving.serve(socket);
        } catch (IOException gone) {
            // Whoever was there left, or this backend died.
            reset(socket);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private void serve(Socket socket) throws IOException, InterruptedException {
        HttpWire wire = new HttpWire(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        while (true) {
            Optional<HttpWire.Head> head = wire.head();
            if (head.isEmpty()) {
                return;
            }
            byte[] body = wire.body(head.get());
            boolean isCheck = head.get().path().equals(PING);
            String id = head.get().field("x-id");
            String answer = isCheck || id.isEmpty() ? "" : records.arrived(id);
            while (manner == BackendManner.HUNG) {
                timer.pause(LOOK_AGAIN);
            }
            if (manner == BackendManner.SLOW && !isCheck) {
                timer.pause(LATE);
            }
            byte[] whole = answer(id, answer, body.length);
            if (!isCheck && manner == BackendManner.BROKEN_OFF) {
                records.cut(id);
                out.write(whole, 0, whole.length - PADDING / 2);
                out.flush();
                timer.pause(LOOK_AGAIN);
                reset(socket);
                return;
            }
            if (!isCheck && manner == BackendManner.NONSENSE) {
                talkNonsense(out, whole);
            } else {
                out.write(whole);
            }
            out.flush();
        }
    }

    private byte[] answer(String id, String answer, int taken) {
        String body = "%s %s %d %s".formatted(answer, name, taken, ".".repeat(PADDING));
        return HttpWire.ascii(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(ID, id, body.length(), body));
    }

    /** No HTTP at all; a head that ends early; and, the worst, an answer that nobody asked for. */
    private void talkNonsense(OutputStream out, byte[] whole) throws IOException {
        switch (nonsense.getAndIncrement() % 3) {
            case 0 -> out.write(HttpWire.ascii("220 mail.example.com ESMTP\r\n\r\n"));
            case 1 -> {
                out.write(HttpWire.ascii("HTTP/1.1 200"));
                out.flush();
                throw new IOException("enough");
            }
            default -> {
                // In one piece: what comes a moment later nobody can tell from an answer.
                ByteArrayOutputStream both = new ByteArrayOutputStream();
                both.writeBytes(whole);
                both.writeBytes(answer("nobody", "nobody/0", 0));
                out.write(both.toByteArray());
            }
        }
    }

    private void echo(Socket socket) throws IOException, InterruptedException {
        byte[] piece = new byte[4_096];
        while (true) {
            int length = socket.getInputStream().read(piece);
            if (length < 0) {
                return;
            }
            while (manner == BackendManner.HUNG) {
                timer.pause(LOOK_AGAIN);
            }
            socket.getOutputStream().write(piece, 0, length);
            socket.getOutputStream().flush();
        }
    }

    @Override
    public synchronized void close() {
        manner = BackendManner.DEAD;
        try {
            silence();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        datagrams.close();
    }
}

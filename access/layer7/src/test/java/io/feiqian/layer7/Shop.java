package io.feiqian.layer7;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A backend over real sockets that records what it saw and answers as it is told. */
final class Shop implements AutoCloseable {
    /** What is done with a request. */
    interface Behaviour {
        void serve(Wire wire, Wire.Message request) throws IOException;
    }

    final List<Wire.Message> seen = new CopyOnWriteArrayList<>();
    final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ServerSocket listening;
    private final String name;
    private volatile Behaviour behaviour;

    /** Reads bodies of a known length away, slowly, and answers how long they were. */
    volatile boolean takesBodies;

    /** What it waits for before it reads a body. */
    volatile CountDownLatch holding = new CountDownLatch(0);

    Shop(String name) {
        this.name = name;
        this.behaviour = (wire, request) -> wire.send(answer("said by " + this.name));
        try {
            listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
        Thread.startVirtualThread(this::accept);
    }

    static String answer(String body, String... fields) {
        StringBuilder text = new StringBuilder("HTTP/1.1 200 OK\r\nContent-Length: ");
        text.append(body.length()).append("\r\n");
        for (String each : fields) {
            text.append(each).append("\r\n");
        }
        return text.append("\r\n").append(body).toString();
    }

    void behave(Behaviour newBehaviour) {
        behaviour = newBehaviour;
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                open.add(socket);
                Thread.startVirtualThread(() -> serve(socket));
            }
        } catch (IOException closed) {
            // That is the end.
        }
    }

    private void serve(Socket socket) {
        try (Wire wire = new Wire(socket)) {
            socket.setSoTimeout(0);
            for (Wire.Message request = wire.read(!takesBodies);
                    !request.first().isEmpty();
                    request = wire.read(!takesBodies)) {
                if (takesBodies) {
                    awaitHolding();
                    take(wire, Long.parseLong(request.field("content-length")));
                    continue;
                }
                seen.add(request);
                behaviour.serve(wire, request);
            }
        } catch (IOException | RuntimeException gone) {
            // The other side hears it.
        } finally {
            open.remove(socket);
        }
    }

    private void awaitHolding() {
        try {
            holding.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void take(Wire wire, long length) throws IOException {
        byte[] part = new byte[4_096];
        long left = length;
        while (left > 0) {
            int many = wire.in().read(part, 0, (int) Math.min(part.length, left));
            if (many < 0) {
                return;
            }
            left -= many;
            Thread.onSpinWait();
        }
        wire.send(answer("took " + length));
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket each : open) {
                each.close();
            }
        } catch (IOException ignored) {
            // It is closed either way.
        }
    }
}

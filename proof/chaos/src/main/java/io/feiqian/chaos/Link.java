package io.feiqian.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The network between one service and one instance of another: a port that passes on to the
 * instance's, until it is cut, stalled or garbled. What is stalled arrives later, as if nothing had
 * been.
 */
final class Link implements AutoCloseable {
    /** How it is. */
    enum State {
        /** Everything passes. */
        UP,
        /** Connections break, and new ones too. */
        CUT,
        /** Connections are made, and nothing arrives. */
        STALLED,
        /** What arrives is nonsense. */
        GARBLED
    }

    private static final byte NONSENSE = 0x5a;

    private final ServerSocket listener;
    private final int target;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();

    /** Guarded by the lock. */
    private State state = State.UP;

    Link(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** The instance's own port. */
    int target() {
        return target;
    }

    /** Where callers reach the instance. */
    int port() {
        return listener.getLocalPort();
    }

    /** Changes how it is. */
    void become(State next) {
        synchronized (lock) {
            state = next;
            lock.notifyAll();
        }
        if (next == State.CUT) {
            open.forEach(Link::end);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                pass(listener.accept());
            } catch (IOException ended) {
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    private void pass(Socket caller) {
        try {
            if (isCut()) {
                end(caller);
                return;
            }
            Socket instance = new Socket(InetAddress.getLoopbackAddress(), target);
            caller.setTcpNoDelay(true);
            instance.setTcpNoDelay(true);
            open.add(caller);
            open.add(instance);
            threads.execute(() -> pump(caller, instance));
            threads.execute(() -> pump(instance, caller));
        } catch (IOException nobody) {
            end(caller);
        }
    }

    private boolean isCut() {
        synchronized (lock) {
            return state == State.CUT;
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[1 << 14];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (awaitPassage() == State.GARBLED) {
                    Arrays.fill(buffer, 0, n, NONSENSE);
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException broken) {
            end(to);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private State awaitPassage() throws InterruptedException {
        synchronized (lock) {
            while (state == State.STALLED) {
                lock.wait();
            }
            return state;
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException ended) {
            // It is closed whatever it says.
            return;
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException ended) {
            // The port is free whatever it says.
            threads.shutdownNow();
        }
        become(State.CUT);
        threads.shutdownNow();
    }
}

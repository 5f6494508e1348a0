package io.feiqian.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What lies between a phone and a gateway: connections that are cut after so many bytes one way or
 * the other, by a reset, by a plain end or by silence, as the seed says for each; or a good
 * network, whose bytes are counted.
 */
final class WeakNetwork implements AutoCloseable {
    /** What of a connection gets through. */
    private record Fate(int up, int down, boolean silent, boolean reset) {
        static final Fate WHOLE = new Fate(Integer.MAX_VALUE, Integer.MAX_VALUE, false, false);
    }

    final AtomicLong up = new AtomicLong();
    final AtomicLong down = new AtomicLong();
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger cut = new AtomicInteger();
    private final ServerSocket listening;
    private final int gateway;
    private final Random random;
    private final int most;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private WeakNetwork(int gateway, long seed, int most) {
        this.gateway = gateway;
        this.random = new Random(seed);
        this.most = most;
        try {
            listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
        var _ = Thread.startVirtualThread(this::accept);
    }

    /** A good one. */
    static WeakNetwork good(int gateway) {
        return new WeakNetwork(gateway, 0, 0);
    }

    /**
     * One that cuts.
     *
     * @param most how many bytes of a connection come down at most; half as many go up
     */
    static WeakNetwork weak(int gateway, long seed, int most) {
        return new WeakNetwork(gateway, seed, most);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Drawn one after the other, as connections come. */
    private Fate fate() {
        if (most == 0) {
            return Fate.WHOLE;
        }
        // One way is cut, the other lives as long.
        boolean upwards = random.nextBoolean();
        // What goes up is less than what comes down.
        int bytes = random.nextInt(upwards ? most / 2 : most);
        return new Fate(
                upwards ? bytes : Integer.MAX_VALUE,
                upwards ? Integer.MAX_VALUE : bytes,
                random.nextInt(20) == 0,
                random.nextBoolean());
    }

    private void accept() {
        try {
            while (true) {
                Socket phone = listening.accept();
                Fate fate = fate();
                connections.incrementAndGet();
                Socket way = new Socket(InetAddress.getLoopbackAddress(), gateway);
                open.add(phone);
                open.add(way);
                phone.setTcpNoDelay(true);
                way.setTcpNoDelay(true);
                var _ = Thread.startVirtualThread(() -> pass(phone, way, fate.up(), up, fate));
                var _ = Thread.startVirtualThread(() -> pass(way, phone, fate.down(), down, fate));
            }
        } catch (IOException closed) {
            // That is the end.
        }
    }

    private void pass(Socket from, Socket to, int bytes, AtomicLong count, Fate fate) {
        byte[] part = new byte[8_192];
        int left = bytes;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (left > 0) {
                int many = in.read(part, 0, Math.min(part.length, left));
                if (many < 0) {
                    to.shutdownOutput();
                    return;
                }
                out.write(part, 0, many);
                count.addAndGet(many);
                left -= many;
            }
            cut.incrementAndGet();
            if (!fate.silent()) {
                end(from, fate.reset());
                end(to, fate.reset());
            }
        } catch (IOException gone) {
            end(from, false);
            end(to, false);
        }
    }

    private void end(Socket socket, boolean reset) {
        open.remove(socket);
        try {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException ignored) {
            // It is closed either way.
        }
        open.forEach(each -> end(each, false));
    }
}

package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * One address that opens connections at ten times the rate that it may, and holds on to ten times
 * as many as it may have, each with a request on it.
 */
final class ConnectionFlood {
    private static final int TIMES = 10;
    private static final int MOST_AT_ONCE = 100;
    private static final Duration BEAT = Duration.ofMillis(20);

    private final SocketAddress from;
    private final SocketAddress to;
    private final int most;
    private final int perSecond;
    private final Clock clock;
    private final Timer timer;
    private final Deque<SocketChannel> held = new ArrayDeque<>();
    private long tried;
    private long opened;
    private long closedOnUs;
    private int mostHeld;

    /**
     * A flood.
     *
     * @param most how many connections an address may have
     * @param perSecond how many new ones it may open in a second
     */
    ConnectionFlood(InetAddress from, int port, int most, int perSecond, Clock clock, Timer timer) {
        this.from = new InetSocketAddress(from, 0);
        this.to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.most = most;
        this.perSecond = perSecond;
        this.clock = clock;
        this.timer = timer;
    }

    /** Floods for so long, then leaves. */
    void run(Duration length) throws InterruptedException {
        Deadline end = Deadline.after(length, clock);
        long begun = clock.nanos();
        try {
            while (!end.isExpired()) {
                double seconds = (clock.nanos() - begun) / 1e9;
                long due = (long) (TIMES * perSecond * seconds) - tried;
                for (int i = 0; i < Math.min(due, MOST_AT_ONCE); i++) {
                    open();
                }
                timer.pause(BEAT);
                look();
            }
        } finally {
            held.forEach(ConnectionFlood::close);
            held.clear();
        }
    }

    private void open() {
        tried++;
        if (held.size() >= TIMES * most) {
            close(held.removeFirst());
        }
        try {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                channel.bind(from);
                channel.connect(to);
                channel.configureBlocking(false);
                opened++;
                held.addLast(channel);
                channel.write(
                        ByteBuffer.wrap(
                                HttpWire.ascii("GET /version HTTP/1.1\r\nHost: flood\r\n\r\n")));
            } catch (IOException refused) {
                closedOnUs++;
                held.remove(channel);
                channel.close();
            }
        } catch (IOException exhausted) {
            closedOnUs++;
        }
    }

    private void look() {
        ByteBuffer into = ByteBuffer.allocate(4_096);
        Iterator<SocketChannel> each = held.iterator();
        while (each.hasNext()) {
            SocketChannel channel = each.next();
            into.clear();
            boolean lives;
            try {
                lives = channel.read(into) >= 0;
            } catch (IOException reset) {
                lives = false;
            }
            if (!lives) {
                closedOnUs++;
                close(channel);
                each.remove();
            }
        }
        mostHeld = Math.max(mostHeld, held.size());
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            Thread.onSpinWait();
        }
    }

    long opened() {
        return opened;
    }

    long closedOnUs() {
        return closedOnUs;
    }

    /** The most that were open at one time, and not closed by the other side. */
    int mostHeld() {
        return mostHeld;
    }
}

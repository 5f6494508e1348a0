package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that send a byte now and then: half of them never end their head, half their body. */
final class SlowClients {
    private static final Duration BEAT = Duration.ofMillis(250);
    private static final byte[] FROM = {127, 0, 0, 77};

    private final int port;
    private final int count;
    private final Clock clock;
    private final Timer timer;

    SlowClients(int port, int count, Clock clock, Timer timer) {
        this.port = port;
        this.count = count;
        this.clock = clock;
        this.timer = timer;
    }

    /** Drips until all are rid of or so long is over; how many were still tolerated then. */
    int run(Duration patience) throws InterruptedException, IOException {
        Deadline end = Deadline.after(patience, clock);
        List<SocketChannel> open = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                open.add(open(i));
            }
            while (!open.isEmpty() && !end.isExpired()) {
                timer.pause(BEAT);
                open.removeIf(each -> !drips(each));
            }
            return open.size();
        } finally {
            for (SocketChannel each : open) {
                each.close();
            }
        }
    }

    private SocketChannel open(int number) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.bind(new InetSocketAddress(InetAddress.getByAddress(FROM), 0));
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.configureBlocking(false);
        String begin =
                number % 2 == 0
                        ? "GET /things/slow HTTP/1.1\r\nHost: way-in\r\nX-Slow: "
                        : "POST /things HTTP/1.1\r\nHost: way-in\r\nX-Id: slow-%d\r\nContent-Length: 5000\r\n\r\n"
                                .formatted(number);
        channel.write(ByteBuffer.wrap(HttpWire.ascii(begin)));
        return channel;
    }

    /** One more byte; whether the other side still has the connection open. */
    private static boolean drips(SocketChannel channel) {
        try {
            ByteBuffer into = ByteBuffer.allocate(1_024);
            while (true) {
                into.clear();
                int read = channel.read(into);
                if (read < 0) {
                    channel.close();
                    return false;
                }
                if (read == 0) {
                    break;
                }
            }
            channel.write(ByteBuffer.wrap(HttpWire.ascii("s")));
            return true;
        } catch (IOException closed) {
            try {
                channel.close();
            } catch (IOException gone) {
                Thread.onSpinWait();
            }
            return false;
        }
    }
}

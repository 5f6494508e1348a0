package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients of connections and of datagrams: what they send has to come back to them, as it was, and
 * to nobody else.
 */
final class WayInEchoes {
    private static final Duration PAUSE = Duration.ofMillis(25);
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int DATAGRAM_PATIENCE_MILLIS = 500;
    private static final int KEPT_FOR = 40;

    private final Weather weather;
    private final Clock clock;
    private final Timer timer;

    final LongAdder echoes = new LongAdder();
    final LongAdder datagrams = new LongAdder();
    final LongAdder failedUnexplained = new LongAdder();
    final LongAdder failedExplained = new LongAdder();
    final LongAdder datagramsLost = new LongAdder();
    final LongAdder datagramsLostExplained = new LongAdder();
    final LongAdder strange = new LongAdder();

    WayInEchoes(Weather weather, Clock clock, Timer timer) {
        this.weather = weather;
        this.clock = clock;
        this.timer = timer;
    }

    /** Sends lines over connections to this port until the thread is interrupted. */
    void connections(String name, int port) {
        long number = 0;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                long begun = clock.nanos();
                try (Socket socket = new Socket()) {
                    socket.setTcpNoDelay(true);
                    socket.setSoTimeout(PATIENCE_MILLIS);
                    socket.connect(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            PATIENCE_MILLIS);
                    for (int i = 0; i < KEPT_FOR; i++) {
                        begun = clock.nanos();
                        echo(socket, name + " line " + number++ + "\n");
                        timer.pause(PAUSE);
                    }
                } catch (IOException failed) {
                    fail(begun);
                    timer.pause(PAUSE);
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private void echo(Socket socket, String line) throws IOException {
        byte[] sent = line.getBytes(StandardCharsets.US_ASCII);
        socket.getOutputStream().write(sent);
        socket.getOutputStream().flush();
        byte[] back = socket.getInputStream().readNBytes(sent.length);
        if (!Arrays.equals(back, Arrays.copyOf(sent, back.length))) {
            strange.increment();
        }
        if (back.length < sent.length) {
            throw new IOException("closed");
        }
        echoes.increment();
    }

    private void fail(long begun) {
        if (!Thread.currentThread().isInterrupted()) {
            (isExplained(begun) ? failedExplained : failedUnexplained).increment();
        }
    }

    private boolean isExplained(long begun) {
        for (Weather.Kind each : Weather.Kind.values()) {
            if (weather.was(each, begun, clock.nanos())) {
                return true;
            }
        }
        return false;
    }

    /** Sends datagrams to this port until the thread is interrupted. */
    void datagrams(String name, int port) {
        long number = 0;
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(DATAGRAM_PATIENCE_MILLIS);
            InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            while (!Thread.currentThread().isInterrupted()) {
                long begun = clock.nanos();
                byte[] sent = (name + " " + number++).getBytes(StandardCharsets.US_ASCII);
                try {
                    socket.send(new DatagramPacket(sent, sent.length, to));
                    await(socket, name, sent);
                } catch (SocketTimeoutException lost) {
                    (isExplained(begun) ? datagramsLostExplained : datagramsLost).increment();
                } catch (IOException unreachable) {
                    fail(begun);
                }
                timer.pause(PAUSE);
            }
        } catch (IOException failed) {
            failedUnexplained.increment();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    /** A late answer to an earlier one is none to this one, and no harm. */
    private void await(DatagramSocket socket, String name, byte[] sent) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        while (true) {
            packet.setLength(2_048);
            socket.receive(packet);
            byte[] back = Arrays.copyOf(packet.getData(), packet.getLength());
            if (Arrays.equals(back, sent)) {
                datagrams.increment();
                return;
            }
            if (!new String(back, StandardCharsets.US_ASCII).startsWith(name + " ")) {
                strange.increment();
            }
        }
    }
}

package io.feiqian.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;

/** Sends datagrams back to whom they came from, while it is to. */
final class DatagramEcho implements AutoCloseable {
    private static final int LONGEST = 2_048;

    private final DatagramSocket socket;
    private final BooleanSupplier answers;

    DatagramEcho(BooleanSupplier answers) throws IOException {
        this.answers = answers;
        this.socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::run);
    }

    int port() {
        return socket.getLocalPort();
    }

    private void run() {
        DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
        while (!socket.isClosed()) {
            try {
                packet.setLength(LONGEST);
                socket.receive(packet);
                if (answers.getAsBoolean()) {
                    socket.send(packet);
                }
            } catch (IOException failed) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(failed);
                }
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}

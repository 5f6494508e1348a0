package io.feiqian.benchmarks;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;
import javax.net.SocketFactory;

/**
 * Makes the sockets of database connections and counts how often something was sent over them: the
 * driver sends once for each answer that it then waits for, so that is the round trips. Named by
 * the driver's property {@code socketFactory}, hence public and with a constructor of no arguments.
 */
public final class CountedSockets extends SocketFactory {
    private static final LongAdder SENT = new LongAdder();

    /** Made by the driver. */
    public CountedSockets() {}

    /** How often something was sent, over all connections since the program began. */
    static long sent() {
        return SENT.sum();
    }

    @Override
    public Socket createSocket() {
        return new Counted();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new java.net.InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new java.net.InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
            throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
            throws IOException {
        return createSocket(host, port);
    }

    private static Socket connected(java.net.InetSocketAddress address) throws IOException {
        Socket socket = new Counted();
        socket.connect(address);
        return socket;
    }

    private static final class Counted extends Socket {
        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    out.write(bytes, from, length);
                }

                @Override
                public void flush() throws IOException {
                    SENT.increment();
                    out.flush();
                }
            };
        }
    }
}

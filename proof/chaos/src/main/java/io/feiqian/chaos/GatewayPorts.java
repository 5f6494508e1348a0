package io.feiqian.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Where a gateway under test listens.
 *
 * @param http its listener of requests
 * @param tcp its listener of connections
 * @param udp its listener of datagrams
 */
record GatewayPorts(int http, int tcp, int udp) {
    static GatewayPorts choose() throws IOException {
        return new GatewayPorts(free(), free(), free());
    }

    /** A port of this machine that nobody listens at. */
    static int free() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}

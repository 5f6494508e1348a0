package io.feiqian.layer7;

import io.feiqian.proxy.Client;
import io.feiqian.proxy.Network;
import java.net.InetAddress;
import java.util.List;

/**
 * Who is at the other end of a client's connection, with what is said of it to backends made ready
 * once. Immutable.
 */
public final class Peer {
    private final Client client;
    private final List<Network> trusted;
    private final boolean isTrusted;
    private final byte[] address;
    private final byte[] scheme;

    /**
     * A peer.
     *
     * @param trusted the networks whose word on who stands behind them is believed
     */
    public Peer(Client client, List<Network> trusted) {
        this.client = client;
        this.trusted = List.copyOf(trusted);
        this.isTrusted = isTrusted(client.address());
        String text = client.address().getHostAddress();
        int zone = text.indexOf('%');
        this.address = Bytes.ascii(zone < 0 ? text : text.substring(0, zone));
        this.scheme = Bytes.ascii(client.secure() ? "https" : "http");
    }

    /** Who it is, as the connection shows it. */
    public Client client() {
        return client;
    }

    boolean isTrusted() {
        return isTrusted;
    }

    byte[] address() {
        return address;
    }

    byte[] scheme() {
        return scheme;
    }

    /**
     * Who sent a request: the peer itself, or where that is trusted, the last one in
     * X-Forwarded-For who is not.
     */
    Client clientOf(Head head) {
        if (!isTrusted) {
            return client;
        }
        InetAddress known = client.address();
        for (int i = head.fields() - 1; i >= 0; i--) {
            if (head.known(i) != Known.X_FORWARDED_FOR) {
                continue;
            }
            String[] hops = head.value(i).split(",", -1);
            for (int hop = hops.length - 1; hop >= 0; hop--) {
                try {
                    known = InetAddress.ofLiteral(hops[hop].strip());
                } catch (IllegalArgumentException noAddress) {
                    return with(known);
                }
                if (!isTrusted(known)) {
                    return with(known);
                }
            }
        }
        return with(known);
    }

    private Client with(InetAddress who) {
        return new Client(who, client.secure(), client.certificate(), client.listener());
    }

    private boolean isTrusted(InetAddress who) {
        for (Network each : trusted) {
            if (each.contains(who)) {
                return true;
            }
        }
        return false;
    }
}

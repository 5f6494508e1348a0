package io.feiqian.proxy;

import java.net.InetAddress;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is kept of clients of one listener: how many connections each has and how many came lately.
 * Of IPv6 the first 64 bits are the client, since whoever has one address has all of those.
 * Bounded: of clients without a connection only so many are kept. Thread-safe.
 */
final class ClientBounds {
    /** So many clients are kept; at more the idle ones go until half of it is left. */
    static final int MOST = 50_000;

    private static final class Client {
        // All under the map's lock for its key.
        private int open;
        private final TokenBucket rate = new TokenBucket();
    }

    private final Map<Long, Client> clients = new ConcurrentHashMap<>();

    Optional<ConnectionGate.Refusal> enter(InetAddress address, ConnectionBounds bounds, long now) {
        if (clients.size() >= MOST) {
            shrink(now);
        }
        var refusal = new ConnectionGate.Refusal[1];
        clients.compute(
                key(address),
                (key, known) -> {
                    Client client = known == null ? new Client() : known;
                    if (bounds.mostPerClient() > 0 && client.open >= bounds.mostPerClient()) {
                        refusal[0] = ConnectionGate.Refusal.CLIENT;
                    } else if (bounds.perSecondPerClient() > 0
                            && !client.rate.take(bounds.perSecondPerClient(), now)) {
                        refusal[0] = ConnectionGate.Refusal.CLIENT_RATE;
                    } else {
                        client.open++;
                    }
                    return client;
                });
        return Optional.ofNullable(refusal[0]);
    }

    void leave(InetAddress address) {
        if (clients.isEmpty()) {
            return;
        }
        clients.computeIfPresent(
                key(address),
                (key, client) -> {
                    client.open = Math.max(0, client.open - 1);
                    // How many came lately is kept until there is no room for it.
                    return client;
                });
    }

    int size() {
        return clients.size();
    }

    /** Forgets who is idle: first those of whom nothing is to be known, then the others too. */
    private synchronized void shrink(long now) {
        if (clients.size() < MOST) {
            return;
        }
        clients.values().removeIf(each -> each.open == 0 && each.rate.isFull(now));
        Iterator<Client> each = clients.values().iterator();
        while (clients.size() > MOST / 2 && each.hasNext()) {
            if (each.next().open == 0) {
                each.remove();
            }
        }
    }

    private static long key(InetAddress address) {
        byte[] bytes = address.getAddress();
        long key = 0;
        for (int i = 0; i < Math.min(8, bytes.length); i++) {
            key = key << 8 | (bytes[i] & 0xFF);
        }
        return key;
    }
}

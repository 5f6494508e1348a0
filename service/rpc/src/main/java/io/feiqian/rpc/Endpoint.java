package io.feiqian.rpc;

/**
 * Where one instance of a cell listens.
 *
 * @param instance the instance's name, unique in the whole system
 * @param host a host name or address
 * @param port 1 to 65535
 */
public record Endpoint(String instance, String host, int port) implements Comparable<Endpoint> {
    /** Refuses an empty name or host and a port outside 1 to 65535. */
    public Endpoint {
        if (instance.isEmpty() || host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "endpoint: \"%s\" at \"%s\", port %d (expected: a name, a host, 1 to 65535)"
                            .formatted(instance, host, port));
        }
    }

    @Override
    public int compareTo(Endpoint that) {
        return instance.compareTo(that.instance);
    }

    @Override
    public String toString() {
        return instance + "@" + host + ":" + port;
    }
}

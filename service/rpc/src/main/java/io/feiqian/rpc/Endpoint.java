package io.feiqian.rpc;

import java.util.Map;

/**
 * Where one instance of a cell listens.
 *
 * @param instance the instance's name, unique in the whole system
 * @param host a host name or address
 * @param port 1 to 65535
 * @param labels further facts by name, such as {@code version}; one that is started with others is
 *     another endpoint
 */
public record Endpoint(String instance, String host, int port, Map<String, String> labels)
        implements Comparable<Endpoint> {
    /** One without labels. */
    public Endpoint(String instance, String host, int port) {
        this(instance, host, port, Map.of());
    }

    /** Refuses an empty name or host and a port outside 1 to 65535. */
    public Endpoint {
        if (instance.isEmpty() || host.isEmpty() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "endpoint: \"%s\" at \"%s\", port %d (expected: a name, a host, 1 to 65535)"
                            .formatted(instance, host, port));
        }
        labels = Map.copyOf(labels);
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

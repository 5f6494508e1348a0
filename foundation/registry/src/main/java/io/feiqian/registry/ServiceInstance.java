package io.feiqian.registry;

import io.feiqian.vocabulary.CellId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One running process that serves a role, as it is registered.
 *
 * @param role what it serves, such as {@code cell} or {@code gateway}
 * @param cell the cell it belongs to; empty where the role belongs to none
 * @param id its name, unique among the instances of its role; the same again after a restart
 * @param host where it listens
 * @param port where it listens, 1 to 65535
 * @param labels further facts by name, such as {@code site} and {@code gray}
 */
public record ServiceInstance(
        String role,
        Optional<CellId> cell,
        String id,
        String host,
        int port,
        Map<String, String> labels) {
    /**
     * The label of an entry that is a statement and no address to call, such as that an instance is
     * drained: it ends with its lease, and nobody asks whether it still lives.
     */
    public static final String ENDS_WITH_LEASE = "ends-with-lease";

    /** Refuses names that could not be part of a path, and ports that nobody can listen on. */
    public ServiceInstance {
        Names.require("role", role);
        Names.require("instance", id);
        if (host.isBlank()) {
            throw new IllegalArgumentException("host: blank (expected: a host name or address)");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
        }
        labels = Map.copyOf(labels);
    }

    /** An instance of a cell, without labels. */
    public static ServiceInstance of(CellId cell, String id, String host, int port) {
        return new ServiceInstance("cell", Optional.of(cell), id, host, port, Map.of());
    }

    /** The same with a label added or replaced. */
    public ServiceInstance with(String label, String value) {
        Map<String, String> all = new HashMap<>(labels);
        all.put(label, value);
        return new ServiceInstance(role, cell, id, host, port, all);
    }

    /** Refuses what is said of another instance than this one. */
    public void requireSame(ServiceInstance other) {
        if (!role.equals(other.role) || !id.equals(other.id)) {
            throw new IllegalArgumentException(
                    "instance: %s of role %s (expected: %s of role %s)"
                            .formatted(other.id, other.role, id, role));
        }
    }

    /** Whether it is gone as soon as the registry lists it no more. */
    public boolean endsWithLease() {
        return Boolean.parseBoolean(labels.get(ENDS_WITH_LEASE));
    }

    /** Host and port, as {@code host:port}. */
    public String address() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}

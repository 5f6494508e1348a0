package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.util.Map;
import java.util.Optional;

/**
 * One backend.
 *
 * @param address {@code host:port}; {@code _service._tcp.name:0} for a name whose SRV records say
 *     hosts and ports
 * @param id its name, unique in its pool; its address where it has none of its own
 * @param weight its part beside the others', 0 to 10000; 0 takes nothing new while another can
 * @param site where it runs; empty where nothing is known
 * @param city where it runs; empty where nothing is known
 * @param cell the cell that it belongs to; empty for none
 * @param labels further facts by name, such as {@code version}
 */
public record BackendConfig(
        String address,
        Optional<String> id,
        @ByDefault("100") int weight,
        @ByDefault("\"\"") String site,
        @ByDefault("\"\"") String city,
        @ByDefault("\"\"") String cell,
        @ByDefault("{}") Map<String, String> labels) {
    /** Refuses an address that is none and a weight out of range. */
    public BackendConfig {
        labels = Map.copyOf(labels);
        HostPort at = HostPort.parse(address);
        if (at.host().startsWith("_") && at.port() != 0) {
            throw new IllegalArgumentException(
                    "address: %s (expected: port 0, the SRV record says the port)"
                            .formatted(address));
        }
        if (weight < 0 || weight > 10_000) {
            throw new IllegalArgumentException(
                    "weight of %s: %d (expected: 0 to 10000)".formatted(address, weight));
        }
    }

    /** Its name. */
    public String name() {
        return id.orElse(address);
    }
}

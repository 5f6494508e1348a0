package io.feiqian.chaos;

import java.util.List;
import java.util.Map;

/**
 * What one instance of a service is started with; a file in JSON.
 *
 * @param service the service's name, the same for all its instances
 * @param instance this instance's number, from 1
 * @param port where it listens, on 127.0.0.1
 * @param product what its database is
 * @param url the database
 * @param user of the database
 * @param password of the database
 * @param keys the file of the keys that sign contexts
 * @param peers the ports by which each service is reached from here, one for each instance
 * @param kinds the kinds of branches that it takes part in
 */
record ServiceConfig(
        String service,
        int instance,
        int port,
        Product product,
        String url,
        String user,
        String password,
        String keys,
        Map<String, List<Integer>> peers,
        List<GlobalKind> kinds) {
    /** Copies the collections. */
    ServiceConfig {
        peers = Map.copyOf(peers);
        kinds = List.copyOf(kinds);
    }

    /** Such as {@code payments-2}. */
    String name() {
        return service + "-" + instance;
    }
}

package io.feiqian.gateway;

import java.util.List;

/**
 * A gateway as its operators see it, at one moment.
 *
 * @param name its name
 * @param startedAt when it started, ISO 8601
 * @param draining whether it is about to stop
 * @param document which configuration it goes by
 * @param connections of clients, now
 * @param requests in flight, now
 * @param listeners where it listens
 * @param pools whom it asks
 * @param routes what came, the busiest first
 * @param cells the same by the cells that answered
 * @param contracts which services it serves by their contracts
 * @param blocked networks whose connections are refused
 * @param refusals how often something was refused since the start, by reason
 */
public record GatewayStatus(
        String name,
        String startedAt,
        boolean draining,
        Document document,
        int connections,
        int requests,
        List<Listener> listeners,
        List<BackendGroup> pools,
        List<RouteCounts> routes,
        List<CellCounts> cells,
        Contracts contracts,
        List<String> blocked,
        List<Refusals> refusals) {
    /** Takes copies. */
    public GatewayStatus {
        listeners = List.copyOf(listeners);
        pools = List.copyOf(pools);
        routes = List.copyOf(routes);
        cells = List.copyOf(cells);
        blocked = List.copyOf(blocked);
        refusals = List.copyOf(refusals);
    }

    /**
     * Which configuration is in force.
     *
     * @param version the version of the configuration centre; 0 for the default or a file
     * @param revision the rollout that gave it
     * @param refused why a newer one is not in force; empty where none was refused
     */
    public record Document(long version, long revision, String refused) {}

    /**
     * A listener.
     *
     * @param name its name
     * @param protocol what is spoken
     * @param addresses where, with the ports that were really taken
     * @param tls whether TLS ends there
     * @param connections now
     */
    public record Listener(
            String name, String protocol, List<String> addresses, boolean tls, int connections) {
        /** Takes a copy. */
        public Listener {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * A pool.
     *
     * @param name its name
     * @param way how one of its backends is chosen
     * @param backends who they are
     */
    public record BackendGroup(String name, String way, List<BackendState> backends) {
        /** Takes a copy. */
        public BackendGroup {
            backends = List.copyOf(backends);
        }
    }

    /**
     * A backend.
     *
     * @param name its name in its pool
     * @param address where it listens
     * @param cell its cell; empty for none
     * @param weight what holds now
     * @param configured the weight by its configuration
     * @param order what an operator ordered: {@code drained}, {@code blocked} or nothing
     * @param state {@code serving}, {@code ejected}, {@code unhealthy}, {@code rising}
     * @param why the reason of the state; empty for none
     * @param outstanding requests or connections that it has now
     */
    public record BackendState(
            String name,
            String address,
            String cell,
            int weight,
            int configured,
            String order,
            String state,
            String why,
            int outstanding) {}

    /**
     * What came to a route in the last minute.
     *
     * @param name the route
     * @param requests how many
     * @param failed how many of them ended with a status of 500 or more
     * @param p50Micros half of them took at most so long
     * @param p99Micros 99 of 100 took at most so long
     */
    public record RouteCounts(
            String name, long requests, long failed, long p50Micros, long p99Micros) {}

    /**
     * What backends of a cell answered in the last minute.
     *
     * @param name the cell
     * @param requests how many
     * @param p50Micros half of them took at most so long
     * @param p99Micros 99 of 100 took at most so long
     */
    public record CellCounts(String name, long requests, long p50Micros, long p99Micros) {}

    /**
     * Which services are served by their contracts.
     *
     * @param version how often that has changed since the start
     * @param paths how many paths they have
     * @param lookedAt when it was looked last for new ones, ISO 8601; empty for never
     * @param services those in force, by name
     * @param refused those that were refused when it was looked last
     */
    public record Contracts(
            long version,
            int paths,
            String lookedAt,
            List<Contract> services,
            List<RefusedContract> refused) {
        /** A gateway that learns none. */
        public static final Contracts NONE = new Contracts(0, 0, "", List.of(), List.of());

        /** Takes copies. */
        public Contracts {
            services = List.copyOf(services);
            refused = List.copyOf(refused);
        }
    }

    /**
     * A contract in force.
     *
     * @param service the service's full name
     * @param from from whom it was learnt: files, the class path, or instances by name
     * @param since when it came into force, ISO 8601
     */
    public record Contract(String service, String from, String since) {}

    /**
     * A contract that is not in force.
     *
     * @param from the service's full name, the instance or the files
     * @param why why not
     */
    public record RefusedContract(String from, String why) {}

    /**
     * What was refused.
     *
     * @param reason why
     * @param count how often since the start
     */
    public record Refusals(String reason, long count) {}
}

package io.feiqian.console;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A gateway as its desk describes it.
 *
 * @param answers whether it does
 * @param failure why it does not
 * @param name its name
 * @param startedAt when it started
 * @param draining whether it is about to stop
 * @param document which configuration it goes by
 * @param connections of clients, now
 * @param requests in flight, now
 * @param listeners where it listens
 * @param pools whom it asks
 * @param routes what came in the last minute, the busiest first
 * @param cells what cells answered in the last minute
 * @param contracts which services it serves by their contracts
 * @param blocked networks whose connections are refused
 * @param refusals how often something was refused, by reason
 */
public record GatewayView(
        boolean answers,
        String failure,
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
        List<Refused> refusals) {
    /** What the desk does not say is empty; a desk that says its name answers. */
    public GatewayView {
        name = text(name);
        answers = !name.isEmpty();
        failure = text(failure);
        startedAt = text(startedAt);
        document = Objects.requireNonNullElse(document, new Document(0, 0, ""));
        listeners = list(listeners);
        pools = list(pools);
        routes = list(routes);
        cells = list(cells);
        contracts =
                Objects.requireNonNullElseGet(
                        contracts, () -> new Contracts(0, 0, "", List.of(), List.of()));
        blocked = list(blocked);
        refusals = list(refusals);
    }

    static GatewayView silent(String failure) {
        return new GatewayView(
                false,
                failure,
                "",
                "",
                false,
                new Document(0, 0, ""),
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new Contracts(0, 0, "", List.of(), List.of()),
                List.of(),
                List.of());
    }

    /** Which configuration is in force, and why a newer one is not. */
    public record Document(long version, long revision, String refused) {}

    /** A listener. */
    public record Listener(
            String name, String protocol, List<String> addresses, boolean tls, int connections) {
        /** Takes a copy. */
        public Listener {
            addresses = list(addresses);
        }
    }

    /** A pool. */
    public record BackendGroup(String name, String way, List<BackendLine> backends) {
        /** Takes a copy. */
        public BackendGroup {
            backends = list(backends);
        }
    }

    /** A backend; its order and state are those of the gateway's own words. */
    public record BackendLine(
            String name,
            String address,
            String cell,
            int weight,
            int configured,
            String order,
            String state,
            String why,
            int outstanding) {
        /** Whether it takes requests. */
        public boolean serves() {
            return order.isEmpty() && (state.equals("serving") || state.equals("rising"));
        }
    }

    /** What came to a route in the last minute. */
    public record RouteCounts(
            String name, long requests, long failed, long p50Micros, long p99Micros) {}

    /** What a cell answered in the last minute. */
    public record CellCounts(String name, long requests, long p50Micros, long p99Micros) {}

    /** The contracts in force, those that are not, and when it was looked last. */
    public record Contracts(
            long version,
            int paths,
            String lookedAt,
            List<Contract> services,
            List<RefusedContract> refused) {
        /** Takes copies. */
        public Contracts {
            lookedAt = text(lookedAt);
            services = list(services);
            refused = list(refused);
        }
    }

    /** A contract in force: from whom, and since when. */
    public record Contract(String service, String from, String since) {}

    /** A contract that is not in force, and why not. */
    public record RefusedContract(String from, String why) {}

    /** What was refused since the start. */
    public record Refused(String reason, long count) {}

    private static String text(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}

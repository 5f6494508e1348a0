package io.feiqian.proxy;

import io.feiqian.configuration.DocumentType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Everything that the way in goes by, as one document of the configuration centre named {@code
 * gateway}: taken whole or refused whole, applied at once, rolled back by version. Immutable.
 *
 * @param listeners where it listens
 * @param routes what becomes of requests, the first that fits; for listeners of HTTP
 * @param pools the backends
 * @param authenticators the ways by which callers prove who they are, by the name that routes use
 * @param bounds what holds for all listeners together
 * @param accessLog what is written of each request
 * @param dns how the names of backends are looked up
 */
public record ProxyConfig(
        List<ListenerConfig> listeners,
        List<RouteConfig> routes,
        List<PoolConfig> pools,
        Map<String, AuthenticatorConfig> authenticators,
        BoundsConfig bounds,
        AccessLogConfig accessLog,
        DnsConfig dns) {
    /** Nothing listens, nothing is routed. */
    public static final ProxyConfig NONE =
            new ProxyConfig(
                    List.of(),
                    List.of(),
                    List.of(),
                    Map.of(),
                    BoundsConfig.USUAL,
                    AccessLogConfig.USUAL);

    /** The same where names are looked up as the machine does. */
    public ProxyConfig(
            List<ListenerConfig> listeners,
            List<RouteConfig> routes,
            List<PoolConfig> pools,
            Map<String, AuthenticatorConfig> authenticators,
            BoundsConfig bounds,
            AccessLogConfig accessLog) {
        this(listeners, routes, pools, authenticators, bounds, accessLog, DnsConfig.USUAL);
    }

    /** Refuses names that stand twice and names of nothing. */
    public ProxyConfig {
        listeners = List.copyOf(listeners);
        routes = List.copyOf(routes);
        pools = List.copyOf(pools);
        authenticators = Map.copyOf(authenticators);
        Set<String> _ = once("listener", listeners, ListenerConfig::name);
        Set<String> _ = once("route", routes, RouteConfig::name);
        Set<String> known = once("pool", pools, PoolConfig::name);
        for (ListenerConfig each : listeners) {
            require(each.pools(), known, "listener " + each.name() + ": pool");
        }
        for (RouteConfig each : routes) {
            require(each.pools(), known, "route " + each.name() + ": pool");
            require(
                    each.authentication().stream(),
                    authenticators.keySet(),
                    "route " + each.name() + ": authenticator");
        }
    }

    /** The kind of document. */
    public static DocumentType<ProxyConfig> type() {
        return DocumentType.of("gateway", NONE);
    }

    private static <T> Set<String> once(String what, List<T> all, Function<T, String> name) {
        Set<String> names = new HashSet<>();
        for (T each : all) {
            if (!names.add(name.apply(each))) {
                throw new IllegalArgumentException(
                        "%s %s: stands twice (expected: once)".formatted(what, name.apply(each)));
            }
        }
        return names;
    }

    private static void require(Stream<String> used, Set<String> known, String what) {
        used.filter(each -> !known.contains(each))
                .findFirst()
                .ifPresent(each -> {
                    throw new IllegalArgumentException(
                            "%s %s is not there (expected: one of %s)"
                                    .formatted(what, each, known.stream().sorted().toList()));
                });
    }
}

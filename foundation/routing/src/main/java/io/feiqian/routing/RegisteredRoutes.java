package io.feiqian.routing;

import io.feiqian.registry.Document;
import io.feiqian.registry.Publication;
import io.feiqian.registry.spi.Registry;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The route map in the registry: how a process follows it, and how it is changed. */
public final class RegisteredRoutes {
    /** The name of the registry's document. */
    public static final String DOCUMENT = "route-map";

    private static final Logger LOG = LoggerFactory.getLogger(RegisteredRoutes.class);

    private RegisteredRoutes() {}

    /**
     * Routes that follow the registry's route map from now on, and ask it again on {@link
     * Routes#refresh}.
     *
     * @param fallback what holds where neither the registry nor its snapshot has a map
     * @param patience how long to wait for the registry; after it, what it said last holds
     */
    public static Routes follow(Registry registry, RouteMap fallback, Duration patience) {
        Routes routes = new Routes(known(registry, patience).orElse(fallback));
        registry.watchDocument(DOCUMENT, document -> read(document).ifPresent(routes::offer));
        routes.refreshFrom(() ->
                registry.fetch(DOCUMENT)
                        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .thenApply(found ->
                                found.flatMap(RegisteredRoutes::read).orElseGet(routes::current)));
        return routes;
    }

    /**
     * Publishes a map if the registry has none or an older one, and with it who did so and why. Of
     * two that publish at once one wins; the map that the registry then has is the answer, so
     * compare it with yours. A registry that lost its map gets the record back as far as it is
     * known here.
     *
     * <p>Completes exceptionally where the registry does not answer.
     */
    public static CompletableFuture<RouteMap> publish(
            Registry registry, RouteMap map, RouteHistory.Order order) {
        Optional<Document> lastKnown = registry.document(DOCUMENT);
        return registry.fetch(DOCUMENT)
                .thenCompose(found -> {
                    Optional<RouteMap> there = found.flatMap(RegisteredRoutes::read);
                    if (there.isPresent() && there.get().version() >= map.version()) {
                        return CompletableFuture.completedFuture(there.get());
                    }
                    long expected = found.map(Document::version).orElse(0L);
                    List<Route> before = there.map(RouteMap::routes).orElse(List.of());
                    RouteHistory history =
                            found.or(() -> lastKnown)
                                    .map(RegisteredRoutes::history)
                                    .orElse(RouteHistory.NONE)
                                    .plus(map, before, order);
                    return registry.publish(DOCUMENT, expected, RouteMapJson.write(map, history))
                            .thenCompose(done -> settled(registry, map, order, done));
                });
    }

    /** The versions that a registry's document tells of. */
    public static RouteHistory history(Document document) {
        return RouteMapJson.history(document.content());
    }

    /** The map that a registry's document holds; empty where it cannot be read. */
    public static Optional<RouteMap> map(Document document) {
        return read(document);
    }

    private static CompletableFuture<RouteMap> settled(
            Registry registry, RouteMap map, RouteHistory.Order order, Publication done) {
        return switch (done) {
            case Publication.Published _ -> CompletableFuture.completedFuture(map);
            case Publication.Outdated _ -> publish(registry, map, order);
        };
    }

    private static Optional<RouteMap> known(Registry registry, Duration patience) {
        try {
            return registry.fetch(DOCUMENT)
                    .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .join()
                    .flatMap(RegisteredRoutes::read);
        } catch (CompletionException unavailable) {
            LOG.warn("no route map from the registry now: {}", String.valueOf(unavailable));
            return registry.document(DOCUMENT).flatMap(RegisteredRoutes::read);
        }
    }

    private static Optional<RouteMap> read(Document document) {
        try {
            return Optional.of(RouteMap.parse(document.content()));
        } catch (RefusedException unreadable) {
            LOG.error("the registry's route map is not used: {}", unreadable.getMessage());
            return Optional.empty();
        }
    }
}

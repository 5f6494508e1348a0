package io.feiqian.routing.spi;

import io.feiqian.routing.RouteMap;
import java.util.concurrent.CompletableFuture;

/** Where the newest route map can be asked for: the registry, or the cell that said WRONG_CELL. */
@FunctionalInterface
public interface RouteSource {
    /**
     * The newest map the source knows. Never blocks; completes exceptionally where the source does
     * not answer, and the caller then goes on with the map it has.
     */
    CompletableFuture<RouteMap> newest();
}

package io.feiqian.proxy.spi;

import io.feiqian.proxy.KeySource;
import io.feiqian.routing.Route;
import java.util.concurrent.CompletableFuture;

/**
 * The port of who knows the cell that a key belongs to (D5.5-b, D5.5-c). Asked on event loops, so
 * it must never block; where the key says it all, the future is done when it is returned.
 * Thread-safe.
 */
public interface CellFinder {
    /**
     * The route of the slot that this key belongs to, by the newest route map known.
     *
     * @param as what the key is
     * @param key as it stands in the request
     * @return fails with a {@link io.feiqian.vocabulary.RefusedException} where the key is
     *     malformed, unknown or owned by nobody
     */
    CompletableFuture<Route> find(KeySource.As as, String key);
}

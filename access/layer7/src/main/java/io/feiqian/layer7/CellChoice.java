package io.feiqian.layer7;

import io.feiqian.proxy.KeyParts;
import io.feiqian.proxy.RouteConfig;
import java.util.concurrent.CompletableFuture;

/**
 * Which cell a request of a route goes to (D5.5-b, D5.5-c). Asked on event loops, so it must never
 * block; where the key says it all, the future is done when it is returned. Thread-safe.
 */
@FunctionalInterface
public interface CellChoice {
    /**
     * Chooses.
     *
     * @param route whose {@code cell} says where the key stands
     * @param request its parts; to be read before this returns
     * @return fails with a {@link io.feiqian.vocabulary.RefusedException} where the request is
     *     refused
     */
    CompletableFuture<CellRuling> choose(RouteConfig route, KeyParts request);
}

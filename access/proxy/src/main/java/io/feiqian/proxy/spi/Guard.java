package io.feiqian.proxy.spi;

import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Verdict;

/**
 * The port of who judges requests before they go anywhere: authentication, access, origins. Asked
 * on event loops, so it must be quick and never block. Thread-safe.
 */
public interface Guard {
    /** Whether requests of this route need not be asked about at all. */
    default boolean isOpen(RouteConfig route) {
        return false;
    }

    /** Whether it must see the body of requests of this route. */
    default boolean wantsBody(RouteConfig route) {
        return false;
    }

    /**
     * Judges a request.
     *
     * @param question its head; with the body where it {@link #wantsBody}, else with an empty one
     */
    Verdict judge(RouteConfig route, HttpQuestion question, Client client);
}

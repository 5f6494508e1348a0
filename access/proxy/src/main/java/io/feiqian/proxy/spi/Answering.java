package io.feiqian.proxy.spi;

import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.RouteConfig;
import java.util.concurrent.CompletableFuture;

/**
 * The port of who answers whole requests in this process: the API, the gateway's own pages. Asked
 * on event loops, so it must never block. Thread-safe.
 */
public interface Answering {
    /** Answers a request; the future never fails. */
    CompletableFuture<HttpAnswer> answer(HttpQuestion question, Client client, Caller caller);

    /**
     * Answers a request of a route, for who goes by what its configuration says besides: whether an
     * {@code Idempotency-Key} counts, which labels its requests get. The future never fails.
     */
    default CompletableFuture<HttpAnswer> answer(
            RouteConfig route, HttpQuestion question, Client client, Caller caller) {
        return answer(question, client, caller);
    }
}

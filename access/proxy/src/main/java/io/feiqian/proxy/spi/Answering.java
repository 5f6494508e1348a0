package io.feiqian.proxy.spi;

import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import java.util.concurrent.CompletableFuture;

/**
 * The port of who answers whole requests in this process: the API, the gateway's own pages. Asked
 * on event loops, so it must never block. Thread-safe.
 */
public interface Answering {
    /** Answers a request; the future never fails. */
    CompletableFuture<HttpAnswer> answer(HttpQuestion question, Client client, Caller caller);
}

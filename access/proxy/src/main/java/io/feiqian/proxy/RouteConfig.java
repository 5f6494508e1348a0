package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What becomes of requests of one kind. Of all routes that fit a request the one counts that stands
 * first.
 *
 * @param name its name, unique among routes; metrics and logs carry it
 * @param hosts the hosts that it is for, {@code *.example.com} for all below; none for any
 * @param path the path that it is for: {@code /a/} for all below and {@code =/a} for this one
 * @param methods the methods that it is for; none for any
 * @param headers headers that requests must have, by name; {@code *} for any value
 * @param pool where they go; exactly one of this and the next four
 * @param split where they go, by weights (P6.1.4-c.2)
 * @param api whether they are calls of services, as their descriptors say
 * @param answer what they are answered by the gateway itself
 * @param redirect where clients are sent instead
 * @param cell for a pool whose backends belong to cells: how a request's cell is found
 * @param labels backends that requests with these labels go to, as far as such are there
 * @param authentication the authenticators, of which one must know the caller; none for everybody
 * @param access who may, of those who are known
 * @param cors which pages of other origins may ask; empty for none
 * @param rewrite what is changed on the way
 * @param idempotency whether the header {@code Idempotency-Key} becomes the trace number
 * @param bodyBytes the most bytes of a body
 * @param timeout until the answer is there, everything included
 * @param retries how often a request is tried at another backend, where that is safe
 * @param patience how long a request waits at most for a cell that is being switched; zero for not
 *     at all
 * @param compression which answers are made smaller on their way; empty for none
 * @param etags for calls of services: whether clients may keep what they read, and are told by 304
 *     that it is still so
 */
public record RouteConfig(
        String name,
        @ByDefault("[]") List<String> hosts,
        @ByDefault("/") String path,
        @ByDefault("[]") List<String> methods,
        @ByDefault("{}") Map<String, String> headers,
        Optional<String> pool,
        @ByDefault("[]") List<WeightedPool> split,
        @ByDefault("false") boolean api,
        Optional<FixedAnswer> answer,
        Optional<RedirectConfig> redirect,
        Optional<CellConfig> cell,
        @ByDefault("{}") Map<String, String> labels,
        @ByDefault("[]") List<String> authentication,
        @ByDefault("{}") AccessConfig access,
        Optional<CorsConfig> cors,
        @ByDefault("{}") RewriteConfig rewrite,
        @ByDefault("false") boolean idempotency,
        @ByDefault("10485760") long bodyBytes,
        @ByDefault("60s") Duration timeout,
        @ByDefault("1") int retries,
        @ByDefault("0s") Duration patience,
        Optional<CompressionConfig> compression,
        @ByDefault("false") boolean etags) {
    /**
     * A pool with its part of the requests.
     *
     * @param pool the pool
     * @param weight its part beside the others', 0 or more
     */
    public record WeightedPool(String pool, int weight) {
        /** Refuses a negative weight. */
        public WeightedPool {
            if (weight < 0 || weight > 10_000) {
                throw new IllegalArgumentException(
                        "weight of %s: %d (expected: 0 to 10000)".formatted(pool, weight));
            }
        }
    }

    /**
     * What the gateway answers by itself.
     *
     * @param status the HTTP status
     * @param type the content type
     * @param body the body
     */
    public record FixedAnswer(
            @ByDefault("200") int status,
            @ByDefault("text/plain; charset=utf-8") String type,
            @ByDefault("\"\"") String body) {
        /** Refuses a status that ends nothing. */
        public FixedAnswer {
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
            }
        }
    }

    /**
     * Where clients are sent.
     *
     * @param to an address; {@code {path}} stands for path and query
     * @param status 301, 302, 307 or 308
     */
    public record RedirectConfig(String to, @ByDefault("308") int status) {
        /** Refuses a status that is no redirection. */
        public RedirectConfig {
            if (status != 301 && status != 302 && status != 307 && status != 308) {
                throw new IllegalArgumentException(
                        "status: " + status + " (expected: 301, 302, 307 or 308)");
            }
        }
    }

    /** Refuses a route without an end, or with two. */
    public RouteConfig {
        hosts = List.copyOf(hosts);
        methods = List.copyOf(methods);
        headers = Map.copyOf(headers);
        split = List.copyOf(split);
        labels = Map.copyOf(labels);
        authentication = List.copyOf(authentication);
        Names.require("route", name);
        if (!path.matches("=?/[!-~]{0,500}")) {
            throw new IllegalArgumentException(
                    "path of %s: %s (expected: /prefix or =/path)".formatted(name, path));
        }
        long ends =
                Stream.of(
                                pool.isPresent(),
                                !split.isEmpty(),
                                api,
                                answer.isPresent(),
                                redirect.isPresent())
                        .filter(each -> each)
                        .count();
        if (ends != 1) {
            throw new IllegalArgumentException(
                    "route %s: %d of pool, split, api, answer, redirect (expected: one)"
                            .formatted(name, ends));
        }
        if (!split.isEmpty() && split.stream().mapToInt(WeightedPool::weight).sum() < 1) {
            throw new IllegalArgumentException(
                    "split of " + name + ": weights of 0 (expected: one of them greater)");
        }
        if (bodyBytes < 0 || retries < 0 || retries > 10 || patience.isNegative()) {
            throw new IllegalArgumentException(
                    "route %s: %d, %d, %s (expected: bodyBytes >= 0, retries 0 to 10, patience >= 0)"
                            .formatted(name, bodyBytes, retries, patience));
        }
        if (etags && !api) {
            throw new IllegalArgumentException(
                    "etags of %s: true (expected: false, where a route is not for the api)"
                            .formatted(name));
        }
        Names.requirePositive("timeout", timeout);
    }

    /** The pools it names. */
    Stream<String> pools() {
        return Stream.concat(pool.stream(), split.stream().map(WeightedPool::pool));
    }
}

package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.time.Duration;
import java.util.List;

/**
 * Which pages of other origins may ask (S.gw-6).
 *
 * @param origins such as {@code https://bank.example}; {@code *} for all, without credentials
 * @param methods which methods
 * @param headers which headers of requests
 * @param exposed which headers of answers pages may read
 * @param credentials whether cookies and the like go along
 * @param life how long a browser may remember the permission
 */
public record CorsConfig(
        List<String> origins,
        @ByDefault("[\"GET\", \"HEAD\", \"POST\"]") List<String> methods,
        @ByDefault("[]") List<String> headers,
        @ByDefault("[]") List<String> exposed,
        @ByDefault("false") boolean credentials,
        @ByDefault("10m") Duration life) {
    /** Refuses credentials for everybody. */
    public CorsConfig {
        origins = List.copyOf(origins);
        methods = List.copyOf(methods);
        headers = List.copyOf(headers);
        exposed = List.copyOf(exposed);
        if (origins.isEmpty()) {
            throw new IllegalArgumentException("origins: none (expected: at least one)");
        }
        if (credentials && origins.contains("*")) {
            throw new IllegalArgumentException(
                    "credentials: true (expected: false, where origins are *)");
        }
    }
}

package io.feiqian.proxy;

import java.util.List;

/**
 * Where connections go whose TLS hello asks for one of these names.
 *
 * @param names host names; {@code *.example.com} for all below
 * @param pool the pool
 */
public record ServerNameConfig(List<String> names, String pool) {
    /** Refuses an empty list. */
    public ServerNameConfig {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("names: none (expected: at least one host name)");
        }
    }
}

package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.util.List;

/**
 * How the cell of a request is found (D5.5-b, D5.5-c).
 *
 * @param keys where its shard key may stand; the first that is there counts
 * @param unowned what becomes of requests without a key
 */
public record CellConfig(
        @ByDefault("[]") List<KeySource> keys, @ByDefault("REFUSE") Unowned unowned) {
    /** What becomes of requests without a key. */
    public enum Unowned {
        /** They are refused. */
        REFUSE,
        /** Any cell takes them: the one with the least to do (D5.5-a, M6.2-2, M6.3-2). */
        BY_LOAD
    }

    /** Refuses a way that finds nothing. */
    public CellConfig {
        keys = List.copyOf(keys);
        if (keys.isEmpty() && unowned == Unowned.REFUSE) {
            throw new IllegalArgumentException(
                    "keys: none (expected: at least one, or unowned: BY_LOAD)");
        }
    }
}

package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is written of each request: a line of JSON with the trace number and the cell. A full or
 * slow disk loses lines, which are counted; it never holds up a request.
 *
 * @param file where to; empty for nothing
 * @param share of the requests that are written, 0 to 1; those that fail are always written
 * @param mostBytes how large the file grows before the next one is begun
 * @param files how many of them are kept
 */
public record AccessLogConfig(
        Optional<Path> file,
        @ByDefault("1.0") double share,
        @ByDefault("104857600") long mostBytes,
        @ByDefault("5") int files) {
    /** What holds unless configured: no log. */
    public static final AccessLogConfig USUAL =
            new AccessLogConfig(Optional.empty(), 1, 100 << 20, 5);

    /** Refuses bounds out of range. */
    public AccessLogConfig {
        if (!(share >= 0 && share <= 1) || mostBytes < 4_096 || files < 1) {
            throw new IllegalArgumentException(
                    "accessLog: %s, %d, %d (expected: 0 to 1, >= 4096, >= 1)"
                            .formatted(share, mostBytes, files));
        }
    }
}

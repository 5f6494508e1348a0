package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;

/**
 * Bounds for heads of requests.
 *
 * @param bytes of a head
 * @param line bytes of its first line
 * @param fields how many header fields
 */
public record HeadBounds(
        @ByDefault("16384") int bytes, @ByDefault("8192") int line, @ByDefault("100") int fields) {
    /** What holds unless configured. */
    public static final HeadBounds USUAL = new HeadBounds(16_384, 8_192, 100);

    /** Refuses bounds that no request fits, and those beyond a megabyte. */
    public HeadBounds {
        if (bytes < 256 || bytes > 1 << 20 || line < 64 || line > bytes || fields < 4) {
            throw new IllegalArgumentException(
                    "heads: %d, %d, %d (expected: 256 to 1048576, 64 to bytes, >= 4)"
                            .formatted(bytes, line, fields));
        }
    }
}

package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.util.List;
import java.util.Locale;

/**
 * Which answers of a route are made smaller on their way (gzip), for clients that say they take it
 * (S.gw-2). Without it none is. Answers that are encoded already, parts of something, or that say
 * {@code no-transform} or carry a digest of their bytes pass as they are.
 *
 * @param types kinds of content; {@code text/*} for all of text
 * @param leastBytes shorter answers pass as they are: they fit one packet anyway
 * @param level 1 (quick) to 9 (small)
 * @param ambient whether that holds too where a browser proves by itself who asks: a cookie, a
 *     client certificate, Basic. Another page can have a browser ask then, see how long answers
 *     are, and guess what they hold (BREACH); so only where answers hold no secret, or nothing of
 *     what was asked
 */
public record CompressionConfig(
        @ByDefault(
                        "[\"application/json\", \"application/problem+json\", \"application/xml\","
                                + " \"application/javascript\", \"image/svg+xml\", \"text/css\","
                                + " \"text/csv\", \"text/html\", \"text/javascript\","
                                + " \"text/plain\", \"text/xml\"]")
                List<String> types,
        @ByDefault("1024") int leastBytes,
        @ByDefault("3") int level,
        @ByDefault("false") boolean ambient) {
    /** Refuses kinds that are none, and levels that the JDK does not know. */
    public CompressionConfig {
        types = types.stream().map(each -> each.toLowerCase(Locale.ROOT)).toList();
        types.forEach(each -> {
            if (!each.matches("[a-z0-9.+-]{1,60}/([*]|[a-z0-9.+-]{1,100})")) {
                throw new IllegalArgumentException(
                        "types: " + each + " (expected: a kind of content such as text/html)");
            }
        });
        if (types.isEmpty() || leastBytes < 0 || level < 1 || level > 9) {
            throw new IllegalArgumentException(
                    "compression: %s, %d, %d (expected: types, leastBytes >= 0, level 1 to 9)"
                            .formatted(types, leastBytes, level));
        }
    }

    /** Whether content of this type is meant; parameters such as the character set do not count. */
    public boolean covers(String contentType) {
        int end = contentType.indexOf(';');
        String kind =
                (end < 0 ? contentType : contentType.substring(0, end))
                        .strip()
                        .toLowerCase(Locale.ROOT);
        int slash = kind.indexOf('/');
        return types.contains(kind)
                || (slash > 0 && types.contains(kind.substring(0, slash) + "/*"));
    }
}

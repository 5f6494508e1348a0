package io.feiqian.iso20022;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The texts of one small part of a message by their paths, such as {@code PmtId/EndToEndId} and
 * {@code Amt/InstdAmt@Ccy}. A text that is asked for and stands twice is refused: which of the two
 * counts would be a guess. Used by one thread.
 */
final class Fields {
    /** The most texts of one part. */
    static final int MOST = 400;

    /** What may be repeated and is put together. */
    private static final String REMITTANCE = "RmtInf/Ustrd";

    private final Map<String, String> texts = new HashMap<>();
    private final Set<String> repeated = new HashSet<>();

    void add(String path, String text) {
        if (texts.size() >= MOST) {
            throw IsoRefusal.form("more than " + MOST + " fields in one part");
        }
        @Nullable String before = texts.putIfAbsent(path, text);
        if (before == null) {
            return;
        }
        if (path.equals(REMITTANCE)) {
            texts.put(path, before + " " + text);
        } else {
            repeated.add(path);
        }
    }

    /** The text; empty where it is not there. */
    Optional<String> find(String path, int longest) {
        @Nullable String text = texts.get(path);
        if (text == null) {
            return Optional.empty();
        }
        if (repeated.contains(path)) {
            throw IsoRefusal.form(path + ": twice (expected: once)");
        }
        if (text.isEmpty() || text.length() > longest) {
            throw IsoRefusal.form(
                    "%s: %d characters (expected: 1 to %d)"
                            .formatted(path, text.length(), longest));
        }
        return Optional.of(text);
    }

    /** The text, which must be there. */
    String require(String path, int longest) {
        return find(path, longest).orElseThrow(() -> IsoRefusal.form(path + ": none"));
    }

    /** The first of these that is there. */
    Optional<String> first(int longest, String... paths) {
        for (String each : paths) {
            Optional<String> found = find(each, longest);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}

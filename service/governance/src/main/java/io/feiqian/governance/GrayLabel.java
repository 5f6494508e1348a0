package io.feiqian.governance;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The label that travels with a call, in its written form: {@code name=value,name=value}, up to
 * eight of them, or one value alone, which is that of the label {@code gray}.
 */
public final class GrayLabel {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final String GRAY = "gray";

    private GrayLabel() {}

    /** The value of the label of this name; empty for none. */
    public static String value(String all, String name) {
        if (all.indexOf('=') < 0) {
            return name.equals(GRAY) ? all : "";
        }
        for (String each : all.split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals > 0 && each.substring(0, equals).equals(name)) {
                return each.substring(equals + 1);
            }
        }
        return "";
    }

    /** These labels as they travel. */
    public static String text(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(","));
    }

    static void requireWord(String what, String word) {
        if (!WORD.matcher(word).matches()) {
            throw new IllegalArgumentException(
                    what + ": \"" + word + "\" (expected: letters, digits and . _ -, at most 64)");
        }
    }
}

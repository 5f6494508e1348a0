package io.feiqian.governance;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The label that travels with calls: {@code name=value,name=value}, at most eight, or one value
 * alone, which policies call {@code gray}.
 */
public final class TravellingLabel {
    /** What a label must be, for people. */
    public static final String EXPECTED =
            "letters, digits and . _ -, at most 64; or up to eight such by name:"
                    + " name=value,name=value";

    private static final String WORD = "[A-Za-z0-9._-]{1,64}";
    private static final Pattern FORM = Pattern.compile("W|W=W(,W=W){0,7}".replace("W", WORD));
    private static final String GRAY = "gray";

    private TravellingLabel() {}

    /** Whether it is one; an empty text is none. */
    public static boolean isWellFormed(String label) {
        return FORM.matcher(label).matches();
    }

    /** The value of this name; empty where there is none. */
    public static String value(String label, String name) {
        if (label.indexOf('=') < 0) {
            return name.equals(GRAY) ? label : "";
        }
        for (String each : label.split(",", -1)) {
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
        if (!word.matches(WORD)) {
            throw new IllegalArgumentException(
                    what + ": \"" + word + "\" (expected: letters, digits and . _ -, at most 64)");
        }
    }
}

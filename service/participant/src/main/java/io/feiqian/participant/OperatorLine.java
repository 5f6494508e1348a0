package io.feiqian.participant;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One line of what operators ask and are answered: a word and named values. On the wire {@code word
 * name=base64 name=base64}.
 *
 * @param word what it is
 * @param values by name, in their order
 */
public record OperatorLine(String word, Map<String, String> values) {
    private static final int MOST_LINES = 50_000;

    /** Keeps the order and an own copy. */
    public OperatorLine {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** A line of names and values in turn. */
    public static OperatorLine of(String word, Object... namesAndValues) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(String.valueOf(namesAndValues[i]), String.valueOf(namesAndValues[i + 1]));
        }
        return new OperatorLine(word, values);
    }

    /** The value of a name; empty where the line has none. */
    public String text(String name) {
        return values.getOrDefault(name, "");
    }

    /**
     * The value of a name as a number; 0 where the line has none.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} where it is none
     */
    public long number(String name) {
        String text = text(name);
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException wrong) {
            throw malformed(name + ": no number");
        }
    }

    /** The lines as one text. */
    static String write(List<OperatorLine> lines) {
        StringBuilder text = new StringBuilder(64 * lines.size());
        for (OperatorLine each : lines) {
            text.append(each.word);
            each.values.forEach((name, value) ->
                    text.append(' ')
                            .append(name)
                            .append('=')
                            .append(
                                    Base64.getEncoder()
                                            .withoutPadding()
                                            .encodeToString(
                                                    value.getBytes(StandardCharsets.UTF_8))));
            text.append('\n');
        }
        return text.toString();
    }

    /**
     * The lines of a text.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST}
     */
    static List<OperatorLine> read(String text) {
        List<OperatorLine> lines =
                text.lines().limit(MOST_LINES + 1L).map(OperatorLine::line).toList();
        if (lines.size() > MOST_LINES) {
            throw malformed("more than " + MOST_LINES + " lines");
        }
        return lines;
    }

    private static OperatorLine line(String line) {
        String[] fields = line.split(" ", -1);
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 1; i < fields.length; i++) {
            int equals = fields[i].indexOf('=');
            if (equals < 1) {
                throw malformed("a value without name");
            }
            try {
                values.put(
                        fields[i].substring(0, equals),
                        new String(
                                Base64.getDecoder().decode(fields[i].substring(equals + 1)),
                                StandardCharsets.UTF_8));
            } catch (IllegalArgumentException wrong) {
                throw malformed("a value in another form");
            }
        }
        return new OperatorLine(fields[0], values);
    }

    private static RefusedException malformed(String what) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                "operator: " + what + " (expected: lines of a word and name=value)");
    }
}

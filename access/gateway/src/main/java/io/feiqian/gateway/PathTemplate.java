package io.feiqian.gateway;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The path of an HTTP rule, such as {@code /v1/accounts/{account}/statement}: literal segments, and
 * variables that take one segment each.
 *
 * @param text as it is written in the contract
 * @param segments literals, and variables in braces
 */
record PathTemplate(String text, List<String> segments) {
    /** Reads a template; refuses wildcards over several segments and custom verbs. */
    static PathTemplate parse(String text) {
        if (!text.startsWith("/")) {
            throw refused(text);
        }
        List<String> segments = split(text);
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i).replace("=*}", "}");
            boolean variable = segment.matches("\\{[a-z][a-z0-9_]*}");
            if (!variable && !segment.matches("[A-Za-z0-9._~-]+")) {
                throw refused(text);
            }
            segments.set(i, segment);
        }
        return new PathTemplate(text, List.copyOf(segments));
    }

    /** The segments of a path, still encoded. */
    static List<String> split(String path) {
        return new ArrayList<>(List.of(path.substring(1).split("/", -1)));
    }

    /** The variables' values where these segments fit; empty where they do not. */
    Optional<Map<String, String>> match(List<String> path) {
        if (path.size() != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < segments.size(); i++) {
            String expected = segments.get(i);
            String actual = path.get(i);
            if (!expected.startsWith("{")) {
                if (!expected.equals(actual)) {
                    return Optional.empty();
                }
            } else if (actual.isEmpty()) {
                return Optional.empty();
            } else {
                variables.put(expected.substring(1, expected.length() - 1), decoded(actual));
            }
        }
        return Optional.of(variables);
    }

    /** The names of the variables. */
    List<String> variables() {
        return segments.stream()
                .filter(each -> each.startsWith("{"))
                .map(each -> each.substring(1, each.length() - 1))
                .toList();
    }

    private static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        // A plus sign is a plus sign in a path, unlike in a query.
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException(
                "path: " + text + " (expected: segments of letters, or {field})");
    }
}

package io.feiqian.governance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An object of JSON that is read field by field, strictly: what was not asked for when it is {@link
 * #done} is refused. Every refusal says where, what came and what was expected.
 */
final class Fields {
    private final String at;
    private final ObjectNode node;
    private final Set<String> known = new TreeSet<>();

    private Fields(String at, ObjectNode node) {
        this.at = at;
        this.node = node;
    }

    /** Reads a value that must be an object with {@code read}, and nothing else may be in it. */
    static <T> T of(String at, JsonNode value, Function<Fields, T> read) {
        if (!(value instanceof ObjectNode object)) {
            throw wrong(at, value, "an object");
        }
        Fields fields = new Fields(at, object);
        T made = fields.placed(() -> read.apply(fields));
        fields.done();
        return made;
    }

    boolean has(String name) {
        return field(name) != null;
    }

    String text(String name, @Nullable String absent) {
        return value(name, absent, "a text", each -> each.isTextual() ? each.textValue() : null);
    }

    int whole(String name, @Nullable Integer absent) {
        return value(name, absent, "a whole number", each -> each.isInt() ? each.intValue() : null);
    }

    double number(String name, @Nullable Double absent) {
        return value(name, absent, "a number", each -> each.isNumber() ? each.doubleValue() : null);
    }

    boolean truth(String name, @Nullable Boolean absent) {
        return value(
                name,
                absent,
                "true or false",
                each -> each.isBoolean() ? each.booleanValue() : null);
    }

    Duration time(String name, @Nullable Duration absent) {
        return value(name, absent, "a time such as 500ms, 2s, 5m or 1h", Fields::time);
    }

    /** A text or several. */
    Set<String> texts(String name) {
        return value(name, Set.of(), "a text, or a list of texts", Fields::texts);
    }

    /** Texts by name. */
    Map<String, Set<String>> choices(String name) {
        return named(name, "a text, or a list of texts", Fields::texts);
    }

    /** Texts by name. */
    Map<String, String> labels(String name) {
        return named(name, "a text", each -> each.isTextual() ? each.textValue() : null);
    }

    /** Every field of this object, each a text. */
    Map<String, String> labels() {
        Map<String, String> all = new TreeMap<>();
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            all.put(each.getKey(), text(each.getKey(), null));
        }
        return all;
    }

    /** The field as it stands. */
    JsonNode raw(String name) {
        JsonNode value = field(name);
        if (value == null) {
            throw new PolicyException(path(name) + ": not there (expected: a value)");
        }
        return value;
    }

    <T> T object(String name, Function<Fields, T> read) {
        return of(path(name), raw(name), read);
    }

    <T> List<T> list(String name, Function<Fields, T> read) {
        List<T> all = new ArrayList<>();
        JsonNode value = field(name);
        if (value == null) {
            return all;
        }
        if (!value.isArray()) {
            throw wrong(path(name), value, "a list");
        }
        for (int i = 0; i < value.size(); i++) {
            all.add(of(path(name) + "[" + i + "]", value.get(i), read));
        }
        return all;
    }

    /** Objects by name. */
    <T> Map<String, T> objects(String name, Function<Fields, T> read) {
        Map<String, T> all = new TreeMap<>();
        if (field(name) != null) {
            JsonNode value = raw(name);
            if (!value.isObject()) {
                throw wrong(path(name), value, "an object");
            }
            value.properties()
                    .forEach(each ->
                            all.put(
                                    each.getKey(),
                                    of(path(name) + "." + each.getKey(), each.getValue(), read)));
        }
        return all;
    }

    /** Says where, of what a constructor refused. */
    <T> T placed(Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException refusal) {
            throw new PolicyException((at.isEmpty() ? "" : at + ": ") + refusal.getMessage());
        }
    }

    PolicyException wrong(String name, String expected) {
        return wrong(path(name), raw(name), expected);
    }

    private void done() {
        node.fieldNames()
                .forEachRemaining(each -> {
                    if (!known.contains(each)) {
                        throw new PolicyException(
                                path(each)
                                        + ": not known (expected: "
                                        + String.join(", ", known)
                                        + ")");
                    }
                });
    }

    private <T> Map<String, T> named(
            String name, String expected, Function<JsonNode, @Nullable T> read) {
        Map<String, T> all = new TreeMap<>();
        JsonNode value = field(name);
        if (value == null) {
            return all;
        }
        if (!value.isObject()) {
            throw wrong(path(name), value, "an object");
        }
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            T made = read.apply(each.getValue());
            if (made == null) {
                throw wrong(path(name) + "." + each.getKey(), each.getValue(), expected);
            }
            all.put(each.getKey(), made);
        }
        return all;
    }

    private <T> T value(
            String name,
            @Nullable T absent,
            String expected,
            Function<JsonNode, @Nullable T> read) {
        JsonNode value = field(name);
        if (value == null) {
            if (absent == null) {
                throw new PolicyException(path(name) + ": not there (expected: " + expected + ")");
            }
            return absent;
        }
        T made = read.apply(value);
        if (made == null) {
            throw wrong(path(name), value, expected);
        }
        return made;
    }

    private @Nullable JsonNode field(String name) {
        known.add(name);
        return node.get(name);
    }

    private String path(String name) {
        return at.isEmpty() ? name : at + "." + name;
    }

    private static @Nullable Set<String> texts(JsonNode value) {
        if (value.isTextual()) {
            return Set.of(value.textValue());
        }
        Set<String> all = new LinkedHashSet<>();
        for (JsonNode each : value) {
            if (!each.isTextual()) {
                return null;
            }
            all.add(each.textValue());
        }
        return value.isArray() && !all.isEmpty() ? all : null;
    }

    private static @Nullable Duration time(JsonNode value) {
        String text = value.isTextual() ? value.textValue() : "";
        try {
            if (text.matches("\\d{1,12}ms")) {
                return Duration.ofMillis(Long.parseLong(text, 0, text.length() - 2, 10));
            }
            return text.matches("\\d{1,9}[smh]") ? Duration.parse("PT" + text) : null;
        } catch (DateTimeParseException malformed) {
            return null;
        }
    }

    private static PolicyException wrong(String at, JsonNode value, String expected) {
        String shown = value.toString();
        return new PolicyException(
                "%s: %s (expected: %s)"
                        .formatted(
                                at.isEmpty() ? "document" : at,
                                shown.length() > 60 ? shown.substring(0, 60) + "…" : shown,
                                expected));
    }
}

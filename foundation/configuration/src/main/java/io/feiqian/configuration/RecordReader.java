package io.feiqian.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON into a record: numbers, truths, texts, durations ({@code 2s}, {@code 500ms}, {@code
 * PT1M}), paths, URIs, enums, secrets, further records, and lists, maps by text and optionals of
 * these.
 *
 * <p>An absent key keeps its default; a null makes an optional empty and is refused elsewhere.
 */
final class RecordReader {
    private final String document;
    private final Map<String, String> removed;
    private final Seal seal;

    RecordReader(String document, Map<String, String> removed, Seal seal) {
        this.document = document;
        this.removed = removed;
        this.seal = seal;
    }

    <T extends Record> T read(ObjectNode node, T defaults) {
        @SuppressWarnings("unchecked") // The class of a T is a Class<T>: records are final.
        Class<T> type = (Class<T>) defaults.getClass();
        return record("", node, type, defaults);
    }

    private <T> T record(String at, JsonNode node, Class<T> type, @Nullable Object defaults) {
        if (!node.isObject()) {
            throw wrong(at, node, "an object");
        }
        RecordComponent[] components = type.getRecordComponents();
        refuseUnknown(at, node, components);
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent each = components[i];
            String key = at + each.getName();
            JsonNode value = node.get(each.getName());
            if (value == null && defaults == null) {
                value = written(each).orElse(null);
            }
            Object byDefault = defaults == null ? null : component(each, defaults);
            if (value != null) {
                values[i] = value(key, value, each.getGenericType(), byDefault);
            } else if (byDefault != null) {
                values[i] = byDefault;
            } else {
                values[i] = absent(key, each.getGenericType());
            }
        }
        return make(at, type, components, values);
    }

    private void refuseUnknown(String at, JsonNode node, RecordComponent[] components) {
        List<String> known = Arrays.stream(components).map(RecordComponent::getName).toList();
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            String key = at + each.getKey();
            String advice = removed.get(key);
            if (advice != null) {
                throw new ConfigurationException(
                        "%s: key \"%s\" was removed (expected: %s)"
                                .formatted(document, key, advice));
            }
            if (!known.contains(each.getKey())) {
                throw new ConfigurationException(
                        "%s: key \"%s\" is not known (expected: one of %s)"
                                .formatted(document, key, String.join(", ", known)));
            }
        }
    }

    /** What the component's annotation says it has where its key is absent, as a document would. */
    static Optional<JsonNode> written(RecordComponent component) {
        ByDefault annotation = component.getAnnotation(ByDefault.class);
        return annotation == null
                ? Optional.empty()
                : Optional.of(DocumentJson.value(annotation.value()));
    }

    private Object absent(String key, Type type) {
        if (raw(type) == Optional.class) {
            return Optional.empty();
        }
        throw new ConfigurationException(
                document + ": key \"" + key + "\" is missing (expected: a value)");
    }

    private Object value(String key, JsonNode node, Type type, @Nullable Object byDefault) {
        Class<?> raw = raw(type);
        if (raw == Optional.class) {
            return node.isNull()
                    ? Optional.empty()
                    : Optional.of(value(key, node, argument(type, 0), null));
        }
        if (raw == JsonNode.class) {
            return node.deepCopy();
        }
        if (raw == Secret.class) {
            return secret(key, node);
        }
        if (raw == List.class) {
            if (!node.isArray()) {
                throw wrong(key, node, "a list");
            }
            List<Object> list = new ArrayList<>();
            for (JsonNode each : node) {
                list.add(value(key + "[" + list.size() + "]", each, argument(type, 0), null));
            }
            return List.copyOf(list);
        }
        if (raw == Map.class) {
            if (!node.isObject()) {
                throw wrong(key, node, "an object");
            }
            Map<String, Object> map = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> each : node.properties()) {
                String name = key + "." + each.getKey();
                map.put(each.getKey(), value(name, each.getValue(), argument(type, 1), null));
            }
            return Map.copyOf(map);
        }
        return raw.isRecord() ? record(key + ".", node, raw, byDefault) : scalar(key, node, raw);
    }

    /** What stands here in clear text is not shown: it may be a secret. */
    private Secret secret(String key, JsonNode node) {
        if (!Seal.isSecret(node)) {
            throw new ConfigurationException(
                    "%s: %s: not shown (expected: a sealed secret, {\"secret\": \"...\"})"
                            .formatted(document, key));
        }
        return seal.open(node.path(Seal.SECRET).textValue(), document, key);
    }

    private Object scalar(String key, JsonNode node, Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return node.isIntegralNumber() && node.canConvertToInt()
                    ? (Object) node.intValue()
                    : fail(key, node, "a whole number");
        }
        if (type == long.class || type == Long.class) {
            return node.isIntegralNumber() && node.canConvertToLong()
                    ? (Object) node.longValue()
                    : fail(key, node, "a whole number");
        }
        if (type == double.class || type == Double.class) {
            return node.isNumber() ? (Object) node.doubleValue() : fail(key, node, "a number");
        }
        if (type == boolean.class || type == Boolean.class) {
            return node.isBoolean()
                    ? (Object) node.booleanValue()
                    : fail(key, node, "true or false");
        }
        if (!node.isTextual()) {
            throw wrong(key, node, "a text");
        }
        return text(key, node, type);
    }

    private Object text(String key, JsonNode node, Class<?> type) {
        String text = node.textValue();
        if (type == String.class) {
            return text;
        }
        if (type == Path.class) {
            return Path.of(text);
        }
        if (type == Duration.class) {
            return duration(key, node);
        }
        if (type == URI.class) {
            try {
                return URI.create(text);
            } catch (IllegalArgumentException malformed) {
                throw wrong(key, node, "a URI");
            }
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(each -> each.toString().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() ->
                            wrong(
                                    key,
                                    node,
                                    "one of "
                                            + Arrays.stream(type.getEnumConstants())
                                                    .map(Object::toString)
                                                    .collect(Collectors.joining(", "))));
        }
        throw new IllegalArgumentException(
                type + " of key " + key + " (expected: a type that documents can hold)");
    }

    private Duration duration(String key, JsonNode node) {
        String text = node.textValue();
        try {
            if (text.matches("\\d{1,15}ms")) {
                return Duration.ofMillis(Long.parseLong(text, 0, text.length() - 2, 10));
            }
            return Duration.parse(text.matches("\\d{1,15}[smh]") ? "PT" + text : text);
        } catch (DateTimeParseException malformed) {
            throw wrong(key, node, "a duration such as 500ms, 2s, 5m or PT1H30M");
        }
    }

    private <T> T make(
            String at, Class<T> type, RecordComponent[] components, @Nullable Object[] values) {
        try {
            Constructor<T> constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException refusal) {
            Throwable cause = refusal.getCause() == null ? refusal : refusal.getCause();
            String place = at.isEmpty() ? "" : at.substring(0, at.length() - 1) + ": ";
            throw new ConfigurationException(document + ": " + place + cause.getMessage(), cause);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("a record has its constructor: " + type, impossible);
        }
    }

    static Object component(RecordComponent component, Object of) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("a record has its accessors", impossible);
        }
    }

    static Class<?> raw(Type type) {
        return type instanceof ParameterizedType generic
                ? (Class<?>) generic.getRawType()
                : (Class<?>) type;
    }

    static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }

    private Object fail(String key, JsonNode node, String expected) {
        throw wrong(key, node, expected);
    }

    private ConfigurationException wrong(String key, JsonNode node, String expected) {
        return new ConfigurationException(
                "%s: %s: %s (expected: %s)"
                        .formatted(document, key, DocumentJson.shown(node), expected));
    }
}

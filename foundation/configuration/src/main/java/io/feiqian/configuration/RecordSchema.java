package io.feiqian.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON schema of what {@link RecordReader} reads into a record. */
final class RecordSchema {
    private RecordSchema() {}

    static ObjectNode of(String name, int format, Record defaults) {
        ObjectNode schema = object();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", name);
        ObjectNode record = record(defaults.getClass(), defaults);
        ((ObjectNode) record.path("properties"))
                .set(
                        "format",
                        object().put("type", "integer")
                                .put("minimum", 1)
                                .put("maximum", format)
                                .put("default", 1));
        schema.setAll(record);
        return schema;
    }

    private static ObjectNode record(Class<?> type, @Nullable Object defaults) {
        ObjectNode schema = object().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.arrayNode();
        for (RecordComponent each : type.getRecordComponents()) {
            Object byDefault = defaults == null ? null : RecordReader.component(each, defaults);
            Optional<JsonNode> written =
                    defaults == null ? RecordReader.written(each) : Optional.empty();
            Class<?> raw = RecordReader.raw(each.getGenericType());
            ObjectNode property =
                    raw.isRecord() ? record(raw, byDefault) : value(each.getGenericType());
            if (written.isPresent()) {
                property.set("default", written.get());
            } else if (byDefault == null && raw != Optional.class) {
                required.add(each.getName());
            } else if (byDefault != null && !raw.isRecord()) {
                json(byDefault).ifPresent(it -> property.set("default", it));
            }
            properties.set(each.getName(), property);
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema;
    }

    private static ObjectNode value(Type type) {
        Class<?> raw = RecordReader.raw(type);
        if (raw == Optional.class) {
            ObjectNode either = object();
            either.putArray("anyOf")
                    .add(value(RecordReader.argument(type, 0)))
                    .add(object().put("type", "null"));
            return either;
        }
        if (raw == List.class) {
            ObjectNode list = object().put("type", "array");
            list.set("items", value(RecordReader.argument(type, 0)));
            return list;
        }
        if (raw == Map.class) {
            ObjectNode map = object().put("type", "object");
            map.set("additionalProperties", value(RecordReader.argument(type, 1)));
            return map;
        }
        return raw.isRecord() ? record(raw, null) : scalar(raw);
    }

    private static ObjectNode scalar(Class<?> type) {
        if (type == JsonNode.class) {
            // Anything; the record itself knows the form.
            return object();
        }
        if (type == Secret.class) {
            ObjectNode secret = object().put("type", "object").put("additionalProperties", false);
            secret.putObject("properties").putObject(Seal.SECRET).put("type", "string");
            secret.putArray("required").add(Seal.SECRET);
            return secret;
        }
        if (type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class) {
            return object().put("type", "integer");
        }
        if (type == double.class || type == Double.class) {
            return object().put("type", "number");
        }
        if (type == boolean.class || type == Boolean.class) {
            return object().put("type", "boolean");
        }
        ObjectNode text = object().put("type", "string");
        if (type == Duration.class) {
            text.put("pattern", "^(\\d{1,15}(ms|[smh])|[Pp].+)$");
        } else if (type == URI.class) {
            text.put("format", "uri");
        } else if (type.isEnum()) {
            ArrayNode all = text.putArray("enum");
            Arrays.stream(type.getEnumConstants()).forEach(each -> all.add(each.toString()));
        }
        return text;
    }

    /** A value as it would be written, with nothing of its secrets. */
    static String text(Record value) {
        return json(value).map(JsonNode::toPrettyString).orElse("{}");
    }

    /** A default as it would be written; empty where there is nothing to write. */
    private static Optional<JsonNode> json(Object value) {
        return switch (value) {
            case Secret _ -> Optional.empty();
            case JsonNode node -> Optional.of(node);
            case Optional<?> optional -> optional.flatMap(RecordSchema::json);
            case List<?> list -> {
                ArrayNode array = DocumentJson.MAPPER.createArrayNode();
                list.forEach(each -> json(each).ifPresent(array::add));
                yield Optional.of(array);
            }
            case Map<?, ?> map -> {
                ObjectNode object = object();
                map.forEach((key, each) -> json(each).ifPresent(it -> object.set("" + key, it)));
                yield Optional.of(object);
            }
            case Record record -> {
                ObjectNode object = object();
                for (RecordComponent each : record.getClass().getRecordComponents()) {
                    json(RecordReader.component(each, record))
                            .ifPresent(it -> object.set(each.getName(), it));
                }
                yield Optional.of(object);
            }
            case Boolean truth -> Optional.of(DocumentJson.MAPPER.valueToTree(truth));
            case Number number -> Optional.of(DocumentJson.MAPPER.valueToTree(number));
            default -> Optional.of(DocumentJson.MAPPER.getNodeFactory().textNode("" + value));
        };
    }

    private static ObjectNode object() {
        return DocumentJson.MAPPER.createObjectNode();
    }
}

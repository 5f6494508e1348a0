package io.feiqian.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.feiqian.rpc.contract.FieldForm;
import io.feiqian.rpc.contract.Options;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The JSON schemas of messages, as the gateway reads and writes them: 64-bit numbers and
 * enumerations are texts, names are those of the contract. Not thread-safe.
 */
final class OpenApiSchemas {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Comments comments;
    private final Map<String, ObjectNode> schemas = new TreeMap<>();

    /** Fields that need not be in a body although their contract demands them, by message. */
    private final Map<Descriptor, Set<String>> elsewhere = new HashMap<>();

    OpenApiSchemas(Comments comments) {
        this.comments = comments;
    }

    /** A field of this message may come from somewhere else, such as the path. */
    void comesFromElsewhere(Descriptor message, String field) {
        elsewhere.computeIfAbsent(message, each -> new HashSet<>()).add(field);
    }

    /** All messages that were referred to, by name. */
    Map<String, ObjectNode> all() {
        return schemas;
    }

    /** A reference to the schema of a message. */
    ObjectNode ref(Descriptor message) {
        String name = message.getFullName();
        if (!schemas.containsKey(name)) {
            ObjectNode schema = JSON.objectNode();
            // There before it is filled: a message may hold itself.
            schemas.put(name, schema);
            fill(schema, message);
        }
        return JSON.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    /** The schema of one field. */
    ObjectNode field(FieldDescriptor field) {
        if (field.isMapField()) {
            ObjectNode map = JSON.objectNode().put("type", "object");
            map.set("additionalProperties", value(field.getMessageType().getFields().get(1)));
            return map;
        }
        if (!field.isRepeated()) {
            return value(field);
        }
        ObjectNode list = JSON.objectNode().put("type", "array");
        list.set("items", value(field));
        return list;
    }

    private void fill(ObjectNode schema, Descriptor message) {
        schema.put("type", "object");
        String said = comments.of(message);
        if (!said.isEmpty()) {
            schema.put("description", said);
        }
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        for (FieldDescriptor each : message.getFields()) {
            ObjectNode field = field(each);
            String comment = comments.of(each);
            if (!comment.isEmpty()) {
                field.put("description", comment);
            }
            properties.set(each.getName(), field);
            if (form(each).getRequired()
                    && !elsewhere.getOrDefault(message, Set.of()).contains(each.getName())) {
                required.add(each.getName());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        schema.put("additionalProperties", false);
    }

    private static FieldForm form(FieldDescriptor field) {
        return field.getOptions().getExtension(Options.form);
    }

    private ObjectNode value(FieldDescriptor field) {
        ObjectNode value = JSON.objectNode();
        return switch (field.getType()) {
            case STRING -> text(field, value.put("type", "string"));
            case BYTES -> value.put("type", "string").put("contentEncoding", "base64");
            case BOOL -> value.put("type", "boolean");
            case FLOAT, DOUBLE -> value.put("type", "number");
            case INT32, SINT32, SFIXED32 -> value.put("type", "integer").put("format", "int32");
            case UINT32, FIXED32 -> value.put("type", "integer").put("minimum", 0);
            case INT64, SINT64, SFIXED64 ->
                    value.put("type", "string").put("pattern", "^-?[0-9]{1,19}$");
            case UINT64, FIXED64 -> value.put("type", "string").put("pattern", "^[0-9]{1,20}$");
            case ENUM -> {
                ArrayNode names = value.put("type", "string").putArray("enum");
                field.getEnumType().getValues().forEach(each -> names.add(each.getName()));
                yield value;
            }
            case MESSAGE, GROUP -> ref(field.getMessageType());
        };
    }

    private static ObjectNode text(FieldDescriptor field, ObjectNode value) {
        FieldForm form = form(field);
        if (!form.getPattern().isEmpty()) {
            value.put("pattern", "^(?:" + form.getPattern() + ")$");
        }
        if (form.getMostChars() > 0) {
            value.put("maxLength", form.getMostChars());
        }
        return value;
    }
}

package io.feiqian.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The schemas of models as {@link AnswerJson} writes them, each once under its name. */
final class Schemas {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ObjectNode named = NODES.objectNode();

    /** All that were asked for, by name. */
    ObjectNode named() {
        return named;
    }

    /** The schema of a type, or where it is. */
    ObjectNode of(Type type) {
        return switch (type) {
            case ParameterizedType it -> ofParameterized(it);
            case Class<?> it -> ofClass(it);
            default -> throw unknown(type);
        };
    }

    private ObjectNode ofParameterized(ParameterizedType type) {
        Type[] of = type.getActualTypeArguments();
        if (type.getRawType() == List.class) {
            return plain("array").set("items", of(of[0]));
        }
        if (type.getRawType() == Map.class) {
            return plain("object").set("additionalProperties", of(of[1]));
        }
        if (type.getRawType() == Optional.class) {
            ObjectNode either = NODES.objectNode();
            either.putArray("anyOf").add(of(of[0])).add(plain("null"));
            return either;
        }
        throw unknown(type);
    }

    private ObjectNode ofClass(Class<?> type) {
        if (type == String.class) {
            return plain("string");
        }
        if (type == int.class || type == Integer.class) {
            return plain("integer").put("format", "int32");
        }
        if (type == long.class || type == Long.class) {
            return plain("integer").put("format", "int64");
        }
        if (type == double.class) {
            return plain("number").put("format", "double");
        }
        if (type == boolean.class || type == Boolean.class) {
            return plain("boolean");
        }
        if (type == BigDecimal.class) {
            return plain("string").put("description", "a decimal number, exact");
        }
        if (type == Duration.class) {
            return plain("integer").put("description", "seconds");
        }
        if (type.isEnum()) {
            ObjectNode schema = plain("string");
            ArrayNode names = schema.putArray("enum");
            for (Object each : type.getEnumConstants()) {
                names.add(((Enum<?>) each).name());
            }
            return schema;
        }
        if (type.isRecord()) {
            return ofRecord(type);
        }
        if (Message.class.isAssignableFrom(type)) {
            return ofMessage(
                    Internal.getDefaultInstance(type.asSubclass(Message.class))
                            .getDescriptorForType());
        }
        throw unknown(type);
    }

    private ObjectNode ofRecord(Class<?> type) {
        String name =
                type.getEnclosingClass() == null
                        ? type.getSimpleName()
                        : type.getEnclosingClass().getSimpleName() + type.getSimpleName();
        if (named.has(name)) {
            return at(name);
        }
        ObjectNode properties = begin(name);
        for (RecordComponent each : type.getRecordComponents()) {
            properties.set(AnswerJson.name(each), of(each.getGenericType()));
        }
        return end(name, properties);
    }

    private ObjectNode ofMessage(Descriptor type) {
        if (named.has(type.getName())) {
            return at(type.getName());
        }
        ObjectNode properties = begin(type.getName());
        for (FieldDescriptor each : type.getFields()) {
            ObjectNode one =
                    switch (each.getJavaType()) {
                        case STRING -> plain("string");
                        case INT -> plain("integer").put("format", "int32");
                        case LONG -> plain("integer").put("format", "int64");
                        case BOOLEAN -> plain("boolean");
                        case MESSAGE -> ofMessage(each.getMessageType());
                        default -> throw unknown(FieldDescriptor.class);
                    };
            properties.set(
                    each.getName(), each.isRepeated() ? plain("array").set("items", one) : one);
        }
        return end(type.getName(), properties);
    }

    /** Takes the name before what is inside is looked at, which may be of the same type. */
    private ObjectNode begin(String name) {
        return named.putObject(name).put("type", "object").putObject("properties");
    }

    private ObjectNode end(String name, ObjectNode properties) {
        ArrayNode required = ((ObjectNode) named.get(name)).putArray("required");
        properties.fieldNames().forEachRemaining(required::add);
        return at(name);
    }

    static ObjectNode plain(String type) {
        return NODES.objectNode().put("type", type);
    }

    static ObjectNode at(String name) {
        return NODES.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    private static IllegalStateException unknown(Type type) {
        return new IllegalStateException("type: " + type + " (expected: one that is written)");
    }
}

package io.feiqian.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How the API writes a model: an object of its components, in small letters with underscores.
 * Amounts are texts, so that no reader rounds them; lengths of time are seconds; what is not there
 * is null. {@link Schemas} documents the same.
 */
final class AnswerJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private AnswerJson() {}

    /** The model as JSON. */
    static JsonNode of(Object value) {
        return switch (value) {
            case Record it -> ofRecord(it);
            case Message it -> ofMessage(it);
            case List<?> it -> ofList(it);
            case Map<?, ?> it -> ofMap(it);
            case Optional<?> it -> it.<JsonNode>map(AnswerJson::of).orElse(NullNode.instance);
            case Enum<?> it -> TextNode.valueOf(it.name());
            case BigDecimal it -> TextNode.valueOf(it.toPlainString());
            case Duration it -> LongNode.valueOf(it.toSeconds());
            case String it -> TextNode.valueOf(it);
            case Boolean it -> BooleanNode.valueOf(it);
            case Integer it -> IntNode.valueOf(it);
            case Long it -> LongNode.valueOf(it);
            case Double it -> DoubleNode.valueOf(it);
            default ->
                    throw new IllegalStateException(
                            "model: " + value.getClass() + " (expected: one that has a schema)");
        };
    }

    /** A component's name in JSON. */
    static String name(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static ObjectNode ofRecord(Record it) {
        ObjectNode node = NODES.objectNode();
        for (RecordComponent each : it.getClass().getRecordComponents()) {
            try {
                node.set(name(each), of(each.getAccessor().invoke(it)));
            } catch (ReflectiveOperationException impossible) {
                throw new IllegalStateException(
                        "model: " + it.getClass() + " (expected: readable)", impossible);
            }
        }
        return node;
    }

    private static ObjectNode ofMessage(Message it) {
        ObjectNode node = NODES.objectNode();
        for (FieldDescriptor each : it.getDescriptorForType().getFields()) {
            node.set(each.getName(), of(it.getField(each)));
        }
        return node;
    }

    private static ArrayNode ofList(List<?> it) {
        ArrayNode node = NODES.arrayNode(it.size());
        it.forEach(each -> node.add(of(each)));
        return node;
    }

    private static ObjectNode ofMap(Map<?, ?> it) {
        ObjectNode node = NODES.objectNode();
        it.forEach((key, value) -> node.set(key.toString(), of(value)));
        return node;
    }
}

package io.feiqian.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;

/** How commands write JSON: indented, keys in the order of the record's components. */
public final class Json {
    /** Reads and writes; thread-safe. */
    public static final ObjectMapper MAPPER =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    /** A message of a contract: fields by their names in the contract, also those not set. */
    static ObjectNode of(Message message) {
        ObjectNode node = MAPPER.createObjectNode();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            Object value = message.getField(field);
            if (field.isMapField()) {
                ObjectNode map = node.putObject(field.getName());
                for (Object each : (List<?>) value) {
                    Message entry = (Message) each;
                    map.set(String.valueOf(part(entry, "key")), tree(part(entry, "value")));
                }
            } else if (field.isRepeated()) {
                ArrayNode all = node.putArray(field.getName());
                ((List<?>) value).forEach(each -> all.add(tree(each)));
            } else {
                node.set(field.getName(), tree(value));
            }
        }
        return node;
    }

    private static Object part(Message entry, String name) {
        return entry.getField(entry.getDescriptorForType().findFieldByName(name));
    }

    private static JsonNode tree(Object value) {
        return switch (value) {
            case Message message -> of(message);
            case ByteString bytes ->
                    TextNode.valueOf(Base64.getEncoder().encodeToString(bytes.toByteArray()));
            default -> MAPPER.valueToTree(value);
        };
    }

    /** The value as JSON text. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}

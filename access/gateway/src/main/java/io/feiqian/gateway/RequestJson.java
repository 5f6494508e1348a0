package io.feiqian.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request from JSON, strictly: a field that the request does not have, a field that comes
 * twice, a number where a text belongs, anything after the object, and too much depth are refused,
 * each with its line and column and what was expected. (The reader of protobuf's own library takes
 * the last of two equal fields, and accepts what is not JSON.)
 */
final class RequestJson {
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_NUMBER = 40;

    private final ObjectMapper mapper;

    /** A reader with these bounds. */
    RequestJson(int maxBytes, int maxDepth) {
        JsonFactory factory =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(maxDepth)
                                        .maxStringLength(maxBytes)
                                        .maxNameLength(LONGEST_NAME)
                                        .maxNumberLength(LONGEST_NUMBER)
                                        .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build();
        this.mapper = new ObjectMapper(factory);
    }

    /**
     * Reads the fields of a JSON object into the message.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST}
     */
    void read(byte[] json, DynamicMessage.Builder into) {
        try (JsonParser parser = mapper.createParser(json)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw wrong(parser, first == null ? "nothing" : shown(parser), "{ and fields");
            }
            object(parser, into);
            if (parser.nextToken() != null) {
                throw wrong(parser, shown(parser), "nothing after the object");
            }
        } catch (JsonProcessingException malformed) {
            throw refused(place(malformed.getLocation()) + firstLine(malformed), malformed);
        } catch (IOException unreadable) {
            throw refused("body: " + unreadable.getMessage(), unreadable);
        }
    }

    private void object(JsonParser parser, Message.Builder into) throws IOException {
        Descriptor type = into.getDescriptorForType();
        Set<FieldDescriptor> seen = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            FieldDescriptor field = FieldValues.find(type, name);
            if (field == null) {
                throw wrong(
                        parser,
                        "unknown field \"" + FieldValues.shortened(name) + "\"",
                        "one of " + FieldValues.names(type));
            }
            // The same field under its two names is the same field twice.
            if (!seen.add(field)) {
                throw wrong(parser, "field \"" + name + "\" twice", "once");
            }
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_NULL) {
                continue;
            }
            if (!field.isRepeated()) {
                into.setField(field, value(parser, field, into));
            } else if (value == JsonToken.START_ARRAY && !field.isMapField()) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    into.addRepeatedField(field, value(parser, field, into));
                }
            } else {
                throw wrong(parser, name + ": " + shown(parser), "a list");
            }
        }
    }

    private Object value(JsonParser parser, FieldDescriptor field, Message.Builder into)
            throws IOException {
        JsonToken token = parser.currentToken();
        return switch (field.getJavaType()) {
            case MESSAGE -> message(parser, field, into.newBuilderForField(field));
            case BOOLEAN -> {
                if (!token.isBoolean()) {
                    throw wrong(parser, field.getName() + ": " + shown(parser), "true or false");
                }
                yield parser.getBooleanValue();
            }
            case INT, LONG, FLOAT, DOUBLE -> {
                boolean readable = token.isNumeric() || token == JsonToken.VALUE_STRING;
                yield text(parser, field, readable, "a number");
            }
            case STRING, BYTE_STRING ->
                    text(parser, field, token == JsonToken.VALUE_STRING, "a text in double quotes");
            case ENUM ->
                    text(
                            parser,
                            field,
                            token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT,
                            "one of " + FieldValues.names(field.getEnumType()));
        };
    }

    private static Object text(
            JsonParser parser, FieldDescriptor field, boolean readable, String expected)
            throws IOException {
        if (!readable) {
            throw wrong(parser, field.getName() + ": " + shown(parser), expected);
        }
        try {
            return FieldValues.parse(field, parser.getText());
        } catch (RefusedException wrong) {
            throw refused(place(parser.currentTokenLocation()) + wrong.getMessage(), wrong);
        }
    }

    private Message message(JsonParser parser, FieldDescriptor field, Message.Builder builder)
            throws IOException {
        if (field.getMessageType().getFullName().startsWith("google.protobuf.")) {
            // Times, durations and the like have JSON forms of their own, which the library knows.
            JsonLocation at = parser.currentTokenLocation();
            try {
                JsonFormat.parser().merge(mapper.readTree(parser).toString(), builder);
            } catch (InvalidProtocolBufferException wrong) {
                throw refused(place(at) + field.getName() + ": " + wrong.getMessage(), wrong);
            }
        } else if (parser.currentToken() == JsonToken.START_OBJECT) {
            object(parser, builder);
        } else {
            throw wrong(parser, field.getName() + ": " + shown(parser), "{ and fields");
        }
        return builder.build();
    }

    private static String shown(JsonParser parser) throws IOException {
        return FieldValues.shortened(String.valueOf(parser.getText()));
    }

    private static RefusedException wrong(JsonParser parser, String what, String expected) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST,
                place(parser.currentTokenLocation()) + what + " (expected: " + expected + ")");
    }

    private static RefusedException refused(String message, Exception cause) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message, cause);
    }

    private static String place(@Nullable JsonLocation at) {
        return at == null
                ? "body: "
                : "line %d, column %d: ".formatted(at.getLineNr(), at.getColumnNr());
    }

    private static String firstLine(JsonProcessingException malformed) {
        String message = String.valueOf(malformed.getOriginalMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}

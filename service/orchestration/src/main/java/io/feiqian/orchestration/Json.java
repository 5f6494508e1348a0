package io.feiqian.orchestration;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * JSON values within bounds: no deeper than 50, numbers exact and of at most 60 digits on either
 * side of the point, no text that a database could refuse (no-poison). Values are never changed
 * once they are made.
 */
final class Json {
    /** How deep a value may nest. */
    static final int DEEPEST = 50;

    /** How many digits a number may have, and how far its point may be away. */
    static final int MOST_DIGITS = 60;

    /** Numbers keep the digits that they came with. */
    static final JsonNodeFactory NODES = new JsonNodeFactory(true);

    private static final ObjectMapper MAPPER = mapper();

    private Json() {}

    private static ObjectMapper mapper() {
        JsonFactory factory =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(DEEPEST)
                                        .maxNumberLength(2 * MOST_DIGITS)
                                        .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .nodeFactory(NODES)
                .build();
    }

    /**
     * Reads one value.
     *
     * @throws RefusedException with {@link OutcomeCode#BODY_TOO_LARGE} beyond so many characters,
     *     {@link OutcomeCode#MALFORMED_REQUEST} for what is no JSON, {@link
     *     OutcomeCode#INVALID_TEXT} for a text that a database refuses
     */
    static JsonNode read(String text, int mostCharacters) {
        if (text.length() > mostCharacters) {
            throw new RefusedException(
                    OutcomeCode.BODY_TOO_LARGE,
                    "JSON: %d characters (expected: at most %d)"
                            .formatted(text.length(), mostCharacters));
        }
        try {
            JsonNode value = MAPPER.readTree(text);
            if (value == null || value.isMissingNode()) {
                throw malformed("nothing");
            }
            check(value);
            return value;
        } catch (StreamConstraintsException wrong) {
            throw new RefusedException(
                    OutcomeCode.BODY_TOO_LARGE, "JSON: " + wrong.getOriginalMessage());
        } catch (JsonProcessingException wrong) {
            throw malformed(place(wrong) + wrong.getOriginalMessage());
        }
    }

    private static String place(JsonProcessingException wrong) {
        return wrong.getLocation() == null
                ? ""
                : "line %d, column %d: "
                        .formatted(
                                wrong.getLocation().getLineNr(), wrong.getLocation().getColumnNr());
    }

    private static void check(JsonNode value) {
        if (value.isNumber()) {
            if (!isWithinBounds(value.decimalValue())) {
                throw malformed("a number beyond %d digits".formatted(MOST_DIGITS));
            }
        } else if (value.isTextual()) {
            checkText(value.textValue());
        } else {
            value.fieldNames().forEachRemaining(Json::checkText);
            value.forEach(Json::check);
        }
    }

    private static void checkText(String text) {
        if (!isStorable(text)) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "text: with a NUL or half a character (expected: what a database can hold)");
        }
    }

    /** Whether every database can hold the text: no NUL, no half of a surrogate pair. */
    static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each == 0 || Character.isLowSurrogate(each)) {
                return false;
            }
            if (Character.isHighSurrogate(each)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether an exact number is of a size that can be written down and reckoned with. */
    static boolean isWithinBounds(BigDecimal number) {
        return number.precision() <= MOST_DIGITS && Math.abs(number.scale()) <= MOST_DIGITS;
    }

    /** The one way to write a value: the members of objects in the order of their names. */
    static String text(JsonNode value) {
        try {
            return MAPPER.writeValueAsString(sorted(value));
        } catch (JsonProcessingException wrong) {
            throw new IllegalStateException("JSON value: cannot be written", wrong);
        }
    }

    private static JsonNode sorted(JsonNode value) {
        if (value.isObject()) {
            List<String> names = new ArrayList<>();
            value.fieldNames().forEachRemaining(names::add);
            Collections.sort(names);
            ObjectNode all = NODES.objectNode();
            names.forEach(name -> all.set(name, sorted(value.path(name))));
            return all;
        }
        if (value.isArray()) {
            var all = NODES.arrayNode();
            value.forEach(each -> all.add(sorted(each)));
            return all;
        }
        return value;
    }

    /**
     * Whether the value, written down, stays within so many characters and {@link #DEEPEST} levels.
     * Stops looking as soon as it does not, since a value can name another one many times over.
     */
    static boolean isWithin(JsonNode value, int mostCharacters) {
        return weigh(value, mostCharacters, 0) >= 0;
    }

    /** What is left of the allowance; below zero where it is used up. */
    private static int weigh(JsonNode value, int left, int depth) {
        if (depth > DEEPEST) {
            return -1;
        }
        if (!value.isContainerNode()) {
            return left - value.asText().length() - 2;
        }
        int rest = left - 2;
        if (value.isObject()) {
            var members = value.properties();
            for (var member : members) {
                rest = weigh(member.getValue(), rest - member.getKey().length() - 4, depth + 1);
                if (rest < 0) {
                    return rest;
                }
            }
            return rest;
        }
        for (JsonNode each : value) {
            rest = weigh(each, rest - 1, depth + 1);
            if (rest < 0) {
                return rest;
            }
        }
        return rest;
    }

    /** Equal as values: numbers by their value, objects whatever the order of their members. */
    static boolean equal(JsonNode one, JsonNode other) {
        return one.equals(
                (left, right) ->
                        left.isNumber() && right.isNumber()
                                ? left.decimalValue().compareTo(right.decimalValue())
                                : left.equals(right) ? 0 : 1,
                other);
    }

    private static RefusedException malformed(String what) {
        return new RefusedException(
                OutcomeCode.MALFORMED_REQUEST, "JSON: " + what + " (expected: one JSON value)");
    }
}

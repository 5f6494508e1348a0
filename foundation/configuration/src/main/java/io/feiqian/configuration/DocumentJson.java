package io.feiqian.configuration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Documents as JSON: objects, comments allowed, no key twice, nothing behind the end. What does not
 * begin as JSON does is read as YAML.
 */
final class DocumentJson {
    static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.ALLOW_COMMENTS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final int SHOWN = 60;

    private DocumentJson() {}

    /** The object that this text is. */
    static ObjectNode object(String document, String text) {
        JsonNode root;
        if (!isJson(text)) {
            root = DocumentYaml.read(document, text);
            return objectOf(document, root);
        }
        try {
            root = MAPPER.readTree(text);
        } catch (JsonProcessingException wrong) {
            throw new ConfigurationException(
                    "%s: not JSON at line %d: %s"
                            .formatted(
                                    document,
                                    wrong.getLocation() == null
                                            ? 1
                                            : wrong.getLocation().getLineNr(),
                                    wrong.getOriginalMessage()),
                    wrong);
        }
        return objectOf(document, root);
    }

    private static ObjectNode objectOf(String document, JsonNode root) {
        if (!(root instanceof ObjectNode object)) {
            throw new ConfigurationException(
                    document + ": " + shown(root) + " (expected: a JSON object)");
        }
        return object;
    }

    /** Whether this begins with an object, a list or a comment of JSON; nothing at all does too. */
    private static boolean isJson(String text) {
        String begin = text.stripLeading();
        return begin.isEmpty()
                || begin.startsWith("{")
                || begin.startsWith("[")
                || begin.startsWith("//")
                || begin.startsWith("/*");
    }

    /** One value: as JSON where it is that, else as a text. */
    static JsonNode value(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException bare) {
            return MAPPER.getNodeFactory().textNode(text);
        }
    }

    /** The beginning of a value, for messages; nothing of secrets. */
    static String shown(JsonNode node) {
        String text = masked(node);
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }

    /** A value with nothing of the secrets in it. */
    static String masked(JsonNode node) {
        return maskedCopy(node).toString();
    }

    private static JsonNode maskedCopy(JsonNode node) {
        if (Seal.isSecret(node) || Seal.isUnsealed(node)) {
            return MAPPER.getNodeFactory().textNode("(secret)");
        }
        JsonNode copy = node;
        if (node instanceof ObjectNode object) {
            ObjectNode masked = MAPPER.createObjectNode();
            object.properties()
                    .forEach(each -> masked.set(each.getKey(), maskedCopy(each.getValue())));
            copy = masked;
        } else if (node.isArray()) {
            var masked = MAPPER.createArrayNode();
            node.forEach(each -> masked.add(maskedCopy(each)));
            copy = masked;
        }
        return copy;
    }
}

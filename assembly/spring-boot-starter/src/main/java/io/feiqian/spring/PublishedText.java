package io.feiqian.spring;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.governance.PolicyDocument;
import io.feiqian.governance.PolicyException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A document as the configuration centre publishes it in the registry, read for one process. The
 * centre's own reader is for the servers' Java; a test holds this one to what that one reads.
 *
 * @param revision of the rollout, 1 or more; never falls
 * @param version that is meant for the process; 0 for none
 * @param content of that version; empty for none
 */
record PublishedText(long revision, long version, String content) {
    private static final int FORMAT = 1;

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.ALLOW_COMMENTS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .build();

    /**
     * What of a publication is meant for this process.
     *
     * @throws PolicyException where it is something else
     */
    static PublishedText read(String document, String text, String id, Map<String, String> labels) {
        ObjectNode root = object(text);
        long revision = root.path("revision").asLong(0);
        if (root.path("format").asInt(0) != FORMAT
                || !root.path("document").asText("").equals(document)
                || revision < 1) {
            throw new PolicyException(
                    "published: another form (expected: %s in format %d)"
                            .formatted(document, FORMAT));
        }
        JsonNode gray = root.path("gray");
        JsonNode chosen =
                gray.isObject() && isFor(gray.path("to").asText(""), document, id, labels)
                        ? gray
                        : root.path("all");
        if (!chosen.isObject()) {
            return new PublishedText(revision, 0, "");
        }
        return new PublishedText(
                revision, chosen.path("version").asLong(0), chosen.path("content").asText(""));
    }

    /** The policies in it. */
    PolicyDocument policies() {
        if (version == 0) {
            return PolicyDocument.NONE;
        }
        ObjectNode root = object(content);
        JsonNode format = root.remove("format");
        if (format != null && format.asInt(0) != FORMAT) {
            throw new PolicyException("format: " + format + " (expected: " + FORMAT + ")");
        }
        return root.path("version").asInt(0) == 0 && root.path("policies").isEmpty()
                ? PolicyDocument.NONE
                : PolicyDocument.parse(root.toString());
    }

    /** What a process reports to be in force, as operators' commands read it. */
    static String standing(long version, long revision, long refused, String why) {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", version).put("revision", revision);
        if (!why.isEmpty()) {
            node.put("refused", refused).put("why", why);
        }
        return node.toString();
    }

    private static ObjectNode object(String text) {
        try {
            if (JSON.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException wrong) {
            throw new PolicyException("published: not JSON: " + wrong.getOriginalMessage());
        }
        throw new PolicyException("published: no JSON object (expected: one)");
    }

    private static boolean isFor(
            String target, String document, String id, Map<String, String> labels) {
        if (target.equals("all")) {
            return true;
        }
        String kind = target.substring(0, target.indexOf(':') + 1);
        String rest = target.substring(kind.length());
        return switch (kind) {
            case "instances:" -> Arrays.asList(rest.split(",", -1)).contains(id);
            case "label:" ->
                    rest.indexOf('=') > 0
                            && rest.substring(rest.indexOf('=') + 1)
                                    .equals(labels.get(rest.substring(0, rest.indexOf('='))));
            case "percent:" ->
                    rest.matches("[0-9]{1,2}")
                            && bucket(document + "/" + id) < Integer.parseInt(rest) * 100;
            default -> throw new PolicyException("published: for whom is not readable: " + target);
        };
    }

    /** As every process reckons it, so that a share is one of all of them. */
    private static int bucket(String text) {
        CRC32 hash = new CRC32();
        hash.update(text.getBytes(StandardCharsets.UTF_8));
        long spread = (hash.getValue() * 0x9E3779B97F4A7C15L) >>> 33;
        return (int) (spread % 10_000);
    }
}

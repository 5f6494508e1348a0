package io.feiqian.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.configuration.spi.Offer;
import java.util.Optional;

/**
 * What is published of a document, as it lies in the registry: the texts that are in force and for
 * whom. Which of them holds for a process, the process finds by itself.
 *
 * @param document its name
 * @param revision the rollout's
 * @param forAll what holds for whom nothing else does; empty for their defaults
 * @param gray what chosen processes try
 */
record Published(String document, long revision, Optional<Text> forAll, Optional<ForSome> gray) {
    /** Registries take names of 64 characters, and documents have up to 60. */
    static final String PREFIX = "doc.";

    private static final int FORMAT = 1;

    record Text(long version, String content) {}

    record ForSome(Text text, Target target) {}

    /** What holds for this process. */
    Offer choose(Recipient recipient) {
        return gray.filter(each -> each.target().includes(document, recipient))
                .map(ForSome::text)
                .or(() -> forAll)
                .map(each -> new Offer(each.version(), revision, each.content()))
                .orElseGet(() -> Offer.defaults(revision));
    }

    String toJson() {
        ObjectNode root = DocumentJson.MAPPER.createObjectNode();
        root.put("format", FORMAT).put("document", document).put("revision", revision);
        forAll.ifPresent(each -> write(root.putObject("all"), each));
        gray.ifPresent(each ->
                write(root.putObject("gray").put("to", each.target().toString()), each.text()));
        return root.toString();
    }

    /**
     * Reads what {@link #toJson} wrote; fields that a later version adds are ignored.
     *
     * @throws ConfigurationException where it is something else
     */
    static Published parse(String document, String text) {
        ObjectNode root = DocumentJson.object(document, text);
        int format = root.path("format").asInt(0);
        if (format != FORMAT || !root.path("document").asText("").equals(document)) {
            throw new ConfigurationException(
                    "%s: published as \"%s\" of format %d (expected: \"%s\" of format %d)"
                            .formatted(
                                    document,
                                    root.path("document").asText(""),
                                    format,
                                    document,
                                    FORMAT));
        }
        long revision = root.path("revision").asLong(0);
        if (revision < 1) {
            throw new ConfigurationException(
                    document + ": revision: " + revision + " (expected: >= 1)");
        }
        return new Published(
                document,
                revision,
                root.has("all") ? Optional.of(text(document, root.path("all"))) : Optional.empty(),
                root.has("gray")
                        ? Optional.of(forSome(document, root.path("gray")))
                        : Optional.empty());
    }

    private static ForSome forSome(String document, JsonNode node) {
        try {
            return new ForSome(text(document, node), Target.parse(node.path("to").asText("")));
        } catch (IllegalArgumentException wrong) {
            throw new ConfigurationException(document + ": " + wrong.getMessage(), wrong);
        }
    }

    private static Text text(String document, JsonNode node) {
        if (node.path("version").asLong(0) < 1 || !node.path("content").isTextual()) {
            throw new ConfigurationException(
                    document + ": published without version or content (expected: both)");
        }
        return new Text(node.path("version").asLong(), node.path("content").textValue());
    }

    private static void write(ObjectNode node, Text text) {
        node.put("version", text.version()).put("content", text.content());
    }
}

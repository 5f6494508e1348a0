package io.feiqian.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * What of a document is in force in a process.
 *
 * @param document its name
 * @param version the version in force; 0 for the process's own defaults
 * @param revision the highest rollout that the process heard of; 0 for none
 * @param refused what it was offered since and refused; empty where nothing was
 */
public record Standing(String document, long version, long revision, Optional<Refusal> refused) {
    /**
     * A version that a process did not take over.
     *
     * @param version which; 0 where not even that could be read
     * @param why what is wrong with it, without secrets
     */
    public record Refusal(long version, String why) {
        private static final int LONGEST = 300;

        /** Cuts a long reason. */
        public Refusal {
            why = why.length() > LONGEST ? why.substring(0, LONGEST) + "…" : why;
        }
    }

    /** As it is reported. */
    String toJson() {
        ObjectNode node = DocumentJson.MAPPER.createObjectNode();
        node.put("version", version).put("revision", revision);
        refused.ifPresent(each -> node.put("refused", each.version()).put("why", each.why()));
        return node.toString();
    }

    /** Reads a report; empty where it is none that this version understands. */
    static Optional<Standing> parse(String document, String json) {
        try {
            JsonNode node = DocumentJson.MAPPER.readTree(json);
            return Optional.of(
                    new Standing(
                            document,
                            node.path("version").asLong(),
                            node.path("revision").asLong(),
                            node.has("why")
                                    ? Optional.of(
                                            new Refusal(
                                                    node.path("refused").asLong(),
                                                    node.path("why").asText()))
                                    : Optional.empty()));
        } catch (JsonProcessingException foreign) {
            return Optional.empty();
        }
    }
}

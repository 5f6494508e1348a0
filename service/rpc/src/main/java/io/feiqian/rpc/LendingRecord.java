package io.feiqian.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.registry.Document;
import java.time.Duration;
import java.util.Optional;

/**
 * What is on record in the registry of who lends quotas. Each lender replaces it only where it is
 * as that lender left it, so that no two believe for long that they are the one.
 *
 * @param term of the lender; greater than that of every lender before
 * @param lender which process, and which of its lives
 * @param longest no lease that counts was promised for longer
 */
record LendingRecord(long term, String lender, Duration longest) {
    /** The registry's document; nobody watches it. */
    static final String DOCUMENT = "quota-lending";

    private static final ObjectMapper JSON = new ObjectMapper();

    String text() {
        return JSON.createObjectNode()
                .put("term", term)
                .put("lender", lender)
                .put("longestMillis", longest.toMillis())
                .toString();
    }

    /** What a document says; empty where it is not understood. */
    static Optional<LendingRecord> of(Document document) {
        return read(document)
                .filter(each -> each.path("term").asLong() > 0)
                .map(each ->
                        new LendingRecord(
                                each.path("term").asLong(),
                                each.path("lender").asText(),
                                Duration.ofMillis(
                                        Math.max(0, each.path("longestMillis").asLong()))));
    }

    /** What a document says as JSON; empty where it is none. */
    static Optional<JsonNode> read(Document document) {
        try {
            return Optional.of(JSON.readTree(document.content()));
        } catch (JsonProcessingException unreadable) {
            return Optional.empty();
        }
    }
}

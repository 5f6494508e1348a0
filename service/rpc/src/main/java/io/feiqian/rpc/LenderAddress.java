package io.feiqian.rpc;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.registry.Document;
import java.util.Optional;

/**
 * Where the lender of quotas listens, as every borrower watches it in the registry.
 *
 * @param term of the lender
 * @param endpoint where it listens
 */
record LenderAddress(long term, Endpoint endpoint) {
    /** The registry's document; changes only with the lender. */
    static final String DOCUMENT = "quota-lender";

    private static final ObjectMapper JSON = new ObjectMapper();

    String text() {
        return JSON.createObjectNode()
                .put("term", term)
                .put("instance", endpoint.instance())
                .put("host", endpoint.host())
                .put("port", endpoint.port())
                .toString();
    }

    /** What a document says; empty where it is not understood. */
    static Optional<LenderAddress> of(Document document) {
        return LendingRecord.read(document)
                .filter(each -> each.path("port").isInt())
                .filter(each -> !each.path("instance").asText().isEmpty())
                .filter(each -> !each.path("host").asText().isEmpty())
                .filter(each -> each.path("port").asInt() > 0)
                .filter(each -> each.path("port").asInt() <= 65_535)
                .map(each ->
                        new LenderAddress(
                                each.path("term").asLong(),
                                new Endpoint(
                                        each.path("instance").asText(),
                                        each.path("host").asText(),
                                        each.path("port").asInt())));
    }
}

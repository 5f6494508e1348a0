package io.feiqian.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.vocabulary.Outcome;

/**
 * What the gateway answered to one request.
 *
 * @param outcome accepted, refused or unknown; a lost connection is unknown, a gateway that could
 *     not be reached at all a refusal that is safe to repeat
 * @param recorded whether it is the recorded answer of an earlier call
 * @param body the response's fields, or the problem's
 */
public record BankReply(Outcome outcome, boolean recorded, JsonNode body) {
    /** A field's text; empty where it is absent. */
    public String text(String field) {
        return body.path(field).asText("");
    }

    /** Whether the effect is durable. */
    public boolean isAccepted() {
        return outcome.isAccepted();
    }

    /** Whether the same request with the same trace number should be sent again. */
    public boolean isWorthRepeating() {
        return outcome.code().isSafeToRetry();
    }
}

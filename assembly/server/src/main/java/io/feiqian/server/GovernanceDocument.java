package io.feiqian.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.feiqian.configuration.DocumentType;
import io.feiqian.governance.PolicyDocument;

/**
 * The policies of calls, as operators publish them: the form is that of {@code docs/governance.md}.
 *
 * @param version of the policies, 1 or more; 0 for none
 * @param policies a list of them
 */
record GovernanceDocument(int version, JsonNode policies) {
    /** Refuses what is no document of policies. */
    GovernanceDocument {
        var _ = PolicyDocument.of(version, policies);
    }

    /** The kind of document; without one there are no policies. */
    static DocumentType<GovernanceDocument> type() {
        return DocumentType.of(
                "governance", new GovernanceDocument(0, JsonNodeFactory.instance.arrayNode()));
    }

    /** As governance takes it. */
    PolicyDocument document() {
        return PolicyDocument.of(version, policies);
    }
}

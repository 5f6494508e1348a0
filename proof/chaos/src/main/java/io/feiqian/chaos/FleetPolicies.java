package io.feiqian.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.feiqian.configuration.DocumentType;
import io.feiqian.governance.PolicyDocument;

/**
 * The policies of a fleet, as its operators publish them.
 *
 * @param version of the policies; 0 for none
 * @param policies a list of them
 */
record FleetPolicies(int version, JsonNode policies) {
    static final String NAME = "governance";

    /** The limit alternates between these two, in calls a second at each provider. */
    private static final int LOWER = 10;

    /** How every refusal by that limit begins. */
    static final String LIMIT = "policy deposits ";

    static final int HIGHER = 20;

    static final int BURST = 5;

    /** Refuses what is no document of policies. */
    FleetPolicies {
        var _ = PolicyDocument.of(version, policies);
    }

    static DocumentType<FleetPolicies> type() {
        return DocumentType.of(NAME, new FleetPolicies(0, JsonNodeFactory.instance.arrayNode()));
    }

    PolicyDocument document() {
        return PolicyDocument.of(version, policies);
    }

    /** The text of this version: a limit on deposits, which every version changes. */
    static String text(int version) {
        return """
        {"version": %d, "policies": [{
          "id": "deposits", "version": %d, "side": "provider",
          "applies": {"service": "feiqian.bank.Bank", "method": "Deposit"},
          "rate": {"perSecond": %d, "burst": %d}}]}
        """
                .formatted(version, version, version % 2 == 0 ? LOWER : HIGHER, BURST);
    }
}

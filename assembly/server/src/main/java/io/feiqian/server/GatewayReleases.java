package io.feiqian.server;

import io.feiqian.gateway.EdgeLabels;
import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Releases;
import io.feiqian.governance.Side;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.rpc.ReleaseReport;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import java.util.Optional;

/**
 * What a gateway does for gray releases: gives requests their labels, chooses instances of cells by
 * them, and reports what both versions did. Thread-safe.
 */
final class GatewayReleases {
    private final Releases releases = new Releases();
    private final Governance edge = Governance.of(GovernanceSetup.at(Side.GATEWAY));
    private final Governance routes = Governance.of(GovernanceSetup.at(Side.CALLER));
    private final CallPolicies rules;
    private final Timer timer;

    GatewayReleases(Clock clock, Timer timer) {
        this.rules = new GovernedCalls(routes, releases, timer, Randomness.shared(clock.nanos()));
        this.timer = timer;
    }

    /** Which label a request gets. */
    EdgeLabels labels() {
        return new EdgeLabels(edge, releases);
    }

    /** Which instances of a cell serve a call. */
    CallPolicies rules() {
        return rules;
    }

    /** Who takes its documents. */
    LiveDocuments.Takers takers() {
        return new LiveDocuments.Takers(
                Optional.of(this::apply),
                Optional.of(document -> releases.publish(document.document())));
    }

    /** Begins to report to who drives releases. */
    ReleaseReport report(Registry registry, ServiceInstance self) {
        return ReleaseReport.begin(registry, self, releases, timer);
    }

    private void apply(GovernanceDocument document) {
        // What one of them refuses, both do: that depends on the document and the one before only.
        require(edge.publish(document.document()));
        require(routes.publish(document.document()));
    }

    private static void require(Outcome outcome) {
        if (!outcome.isAccepted()) {
            throw new IllegalArgumentException(outcome.message());
        }
    }
}

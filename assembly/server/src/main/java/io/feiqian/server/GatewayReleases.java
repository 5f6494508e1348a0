package io.feiqian.server;

import io.feiqian.gateway.EdgeLabels;
import io.feiqian.governance.Governance;
import io.feiqian.governance.Releases;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpc.ReleaseReport;
import io.feiqian.runtime.Timer;

/**
 * What a gateway does for gray releases: gives requests their labels, and reports what both
 * versions did. Thread-safe.
 */
final class GatewayReleases {
    private final Governance edge;
    private final Releases releases;
    private final Timer timer;

    /**
     * Without a release yet.
     *
     * @param edge the policies of side {@code gateway}
     * @param releases those by which its calls choose instances
     */
    GatewayReleases(Governance edge, Releases releases, Timer timer) {
        this.edge = edge;
        this.releases = releases;
        this.timer = timer;
    }

    /** Which label a request gets. */
    EdgeLabels labels() {
        return new EdgeLabels(edge, releases);
    }

    /** Takes the document of releases. */
    void apply(ReleasesDocument document) {
        releases.publish(document.document());
    }

    /** Begins to report to who drives releases. */
    ReleaseReport report(Registry registry, ServiceInstance self) {
        return ReleaseReport.begin(registry, self, releases, timer);
    }
}

package io.feiqian.server;

import io.feiqian.gateway.Gateway;
import io.feiqian.gateway.GatewayConfig;
import io.feiqian.governance.Side;
import io.feiqian.rpc.CallCounts;
import io.feiqian.rpc.CellBalancing;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.Secrets;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The gateway: HTTP in, calls to the owning cells out, by what the registry said last. */
final class GatewayRole {
    private static final Duration DRAIN = Duration.ofSeconds(8);

    private GatewayRole() {}

    /** Starts it; when this returns it serves. Closing stops it in order. */
    static AutoCloseable start(GatewayRoleConfig told, Clock clock) {
        StopInOrder parts = new StopInOrder();
        try {
            begin(told, clock, parts);
            return parts;
        } catch (RuntimeException failed) {
            parts.close();
            throw failed;
        }
    }

    private static void begin(GatewayRoleConfig told, Clock clock, StopInOrder parts) {
        Telemetry telemetry =
                parts.add(
                        Telemetry.start(
                                Traces.to(
                                        told.tracesTo(),
                                        told.tracesPerSecond(),
                                        TelemetryConfig.local("gateway", told.name())
                                                .atTheEdge())));
        Timer timer = parts.add(Timer.system("gateway-timer"));
        SystemView view =
                parts.add(
                        SystemView.open(
                                told.registry(),
                                told.name(),
                                Path.of(told.snapshotFile()),
                                Path.of(told.firstRouteMapFile()),
                                told.instances()));
        ServedPolicies policies =
                parts.add(
                        new ServedPolicies(
                                told.name(),
                                Set.of(Side.GATEWAY, Side.CALLER),
                                view.followed(),
                                clock,
                                timer,
                                telemetry.metrics()));
        GatewayReleases releases =
                new GatewayReleases(policies.governance(Side.GATEWAY), policies.releases(), timer);
        CellClients cells =
                parts.add(
                        new CellClients(
                                view.routes(),
                                view,
                                new Channels(RpcClientConfig.DEFAULT),
                                CellBalancing.USUAL,
                                policies.rules(Side.CALLER, ""),
                                clock,
                                timer,
                                telemetry.tracing(),
                                new CallCounts(telemetry.metrics())));
        Secrets secrets = Secrets.in(Path.of(told.secretsFolder()), Randomness.secure());
        LiveDocuments.Self self =
                new LiveDocuments.Self(
                        "gateway",
                        Optional.empty(),
                        told.name(),
                        told.host(),
                        told.port(),
                        Map.of());
        parts.add(
                LiveDocuments.follow(
                        view.followed(),
                        self,
                        telemetry,
                        told.tracesPerSecond(),
                        Path.of(told.snapshotFile()),
                        LiveDocuments.seal(secrets),
                        new LiveDocuments.Takers(
                                Optional.of(policies::apply), Optional.of(releases::apply))));
        parts.add(releases.report(view.followed(), self.instance()));
        Gateway gateway =
                Gateway.start(
                        at(told),
                        cells,
                        policies.rules(Side.GATEWAY, ""),
                        Optional.of(AdminToken.obtain(secrets)),
                        releases.labels(),
                        () -> true,
                        telemetry,
                        clock);
        parts.add(() -> gateway.stop(DRAIN));
        parts.add(view.registerGateway(told.name(), told.host(), told.port()));
    }

    private static GatewayConfig at(GatewayRoleConfig told) {
        GatewayConfig usual = GatewayConfig.DEFAULT;
        return new GatewayConfig(
                told.host(),
                told.port(),
                usual.maxBodyBytes(),
                usual.maxHeaderBytes(),
                usual.maxJsonDepth(),
                usual.maxInFlight(),
                usual.maxConnections(),
                usual.idleTimeout(),
                usual.requestTimeout(),
                usual.defaultDeadline(),
                usual.longestDeadline(),
                usual.channel(),
                usual.descriptors());
    }
}

package io.feiqian.server;

import io.feiqian.gateway.Gateway;
import io.feiqian.gateway.GatewayConfig;
import io.feiqian.rpc.CallCounts;
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
import java.util.Optional;

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
        CellClients cells =
                parts.add(
                        new CellClients(
                                view.routes(),
                                view,
                                new Channels(RpcClientConfig.DEFAULT),
                                clock,
                                timer,
                                telemetry.tracing(),
                                new CallCounts(telemetry.metrics())));
        Secrets secrets = Secrets.in(Path.of(told.secretsFolder()), Randomness.secure());
        parts.add(
                LiveDocuments.follow(
                        view.followed(),
                        new LiveDocuments.Self(
                                "gateway", Optional.empty(), told.name(), told.host(), told.port()),
                        telemetry,
                        told.tracesPerSecond(),
                        Path.of(told.snapshotFile()),
                        LiveDocuments.seal(secrets),
                        Optional.empty()));
        Gateway gateway =
                Gateway.start(
                        at(told),
                        cells,
                        Optional.of(AdminToken.obtain(secrets)),
                        () -> true,
                        telemetry,
                        clock);
        parts.add(() -> gateway.stop(DRAIN));
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

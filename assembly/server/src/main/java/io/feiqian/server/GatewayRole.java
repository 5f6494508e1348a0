package io.feiqian.server;

import io.feiqian.cli.HomeFolder;
import io.feiqian.gateway.DeskDoor;
import io.feiqian.gateway.Gateway;
import io.feiqian.gateway.GatewayConfig;
import io.feiqian.gateway.GatewayDesk;
import io.feiqian.gateway.GatewayStatus;
import io.feiqian.gateway.LiveGateway;
import io.feiqian.proxy.HostPort;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.Secrets;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The gateway: the way in of both layers, in front of a bank or alone. */
final class GatewayRole {
    private static final Duration DRAIN = Duration.ofSeconds(8);
    private static final Duration SAMPLE = Duration.ofSeconds(5);

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
        Secrets secrets = Secrets.in(Path.of(told.secretsFolder()), Randomness.secure());
        AdminToken token = AdminToken.obtain(secrets);
        if (told.registry().isEmpty()) {
            Gateway gateway =
                    Gateway.start(
                            told.proxy(),
                            Gateway.Setting.alone(told.name(), Optional.of(folder(told))),
                            Transport.open(told.transport(), loops()),
                            telemetry,
                            clock);
            parts.add(() -> gateway.stop(DRAIN));
            desk(
                    told,
                    new LiveGateway(
                            told.name(),
                            gateway.plane(),
                            telemetry.metrics(),
                            clock,
                            () -> new GatewayStatus.Document(0, 0, ""),
                            ProxyConfig.type()::parse),
                    token,
                    clock,
                    timer,
                    parts);
            return;
        }
        LiveGateway live =
                GatewayOfBank.start(told, secrets, token, telemetry, timer, clock, parts);
        desk(told, live, token, clock, timer, parts);
    }

    /** Where a gateway listens and what it answers where no document says otherwise. */
    static GatewayConfig at(GatewayRoleConfig told) {
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

    static Path folder(GatewayRoleConfig told) {
        return Path.of(told.folder());
    }

    static int loops() {
        return Runtime.getRuntime().availableProcessors();
    }

    static Duration drain() {
        return DRAIN;
    }

    /** Opens the desk and says where it is. */
    private static void desk(
            GatewayRoleConfig told,
            LiveGateway live,
            AdminToken token,
            Clock clock,
            Timer timer,
            StopInOrder parts) {
        Path folder = folder(told);
        FileAuditTrail trail = parts.add(FileAuditTrail.open(folder.resolve("audit.jsonl"), clock));
        ExecutorService threads = parts.add(Executors.newVirtualThreadPerTaskExecutor());
        DeskDoor door =
                parts.add(
                        DeskDoor.open(
                                new GatewayDesk(live, Optional.of(token), trail, threads),
                                new HostPort(told.host(), told.deskPort()),
                                clock,
                                timer));
        Path file = GatewayRoleConfig.deskAddress(folder);
        try {
            HomeFolder.replace(file, "http://" + new HostPort(told.host(), door.port()) + "\n");
        } catch (IOException failed) {
            throw new UncheckedIOException("the desk's address cannot be written", failed);
        }
        parts.add(() -> Files.deleteIfExists(file));
        sample(live, timer);
    }

    private static void sample(LiveGateway live, Timer timer) {
        live.sample();
        Timer.Cancellable _ = timer.after(SAMPLE, () -> sample(live, timer));
    }
}

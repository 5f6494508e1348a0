package io.feiqian.server;

import io.feiqian.balancing.Place;
import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.GatewayDesks;
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
import java.util.function.Supplier;

/** The gateway: the way in of both layers, in front of a bank or alone. */
final class GatewayRole {
    private static final Duration DRAIN = Duration.ofSeconds(8);
    private static final Duration SAMPLE = Duration.ofSeconds(5);

    /** The desk speaks plain HTTP, with the admin token: nobody else's machine hears it. */
    private static final String DESK = "127.0.0.1";

    private GatewayRole() {}

    /**
     * Starts it; when this returns it serves. Closing stops it in order.
     *
     * @throws CommandFailure where its file gives it nothing to do, or it cannot do it
     */
    static AutoCloseable start(GatewayRoleConfig told, Clock clock) {
        requireWork(told);
        makeFolder(folder(told));
        StopInOrder parts = new StopInOrder();
        try {
            begin(told, clock, parts);
            return parts;
        } catch (RuntimeException failed) {
            parts.close();
            throw failed;
        }
    }

    /** Without a bank and without listeners it would run and do nothing. */
    private static void requireWork(GatewayRoleConfig told) {
        if (told.registry().isEmpty() && told.proxy().listeners().isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "gateway: neither registry nor proxy (expected: the address of a bank's registry, or listeners below proxy)",
                    "In front of a bank add 'registry: HOST:PORT'; for a gateway of its own put listeners, routes and pools below 'proxy:'.");
        }
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "folder: %s cannot be made (%s)".formatted(folder, failed),
                    "Name one with 'folder:' that this user may write into.",
                    failed);
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
        GatewayMeans means =
                new GatewayMeans(
                        secrets, AdminToken.obtain(secrets), telemetry, timer, clock, parts);
        LiveGateway live =
                told.registry().isEmpty() ? alone(told, means) : GatewayOfBank.start(told, means);
        openDesk(told, live, means);
    }

    /** A load balancer of its own. */
    private static LiveGateway alone(GatewayRoleConfig told, GatewayMeans means) {
        Gateway gateway =
                orFail(() ->
                        Gateway.start(
                                told.proxy(),
                                Gateway.Setting.alone(told.name(), Optional.of(folder(told)))
                                        .at(new Place(told.site(), told.city())),
                                Transport.open(told.transport(), loops()),
                                means.telemetry(),
                                means.clock()));
        means.parts().add(() -> gateway.stop(DRAIN));
        return new LiveGateway(
                told.name(),
                gateway.plane(),
                means.telemetry().metrics(),
                means.clock(),
                () -> new GatewayStatus.Document(0, 0, ""),
                () -> GatewayStatus.Contracts.NONE,
                ProxyConfig.type()::parse);
    }

    /**
     * Starts something whose configuration may ask for what this machine does not have.
     *
     * @throws CommandFailure where it cannot be had, such as a port or a file
     */
    static <T> T orFail(Supplier<T> starting) {
        try {
            return starting.get();
        } catch (IllegalStateException | IllegalArgumentException unable) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "the gateway cannot start: " + unable.getMessage(),
                    "Correct its configuration, or free what is in use.",
                    unable);
        }
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
    private static void openDesk(GatewayRoleConfig told, LiveGateway live, GatewayMeans means) {
        StopInOrder parts = means.parts();
        Path folder = folder(told);
        FileAuditTrail trail =
                parts.add(FileAuditTrail.open(folder.resolve("audit.jsonl"), means.clock()));
        ExecutorService threads = parts.add(Executors.newVirtualThreadPerTaskExecutor());
        GatewayDesk desk = new GatewayDesk(live, Optional.of(means.token()), trail, threads);
        DeskDoor door =
                parts.add(
                        orFail(() ->
                                DeskDoor.open(
                                        desk,
                                        new HostPort(DESK, told.deskPort()),
                                        means.clock(),
                                        means.timer())));
        Path file = GatewayRoleConfig.deskAddress(folder);
        try {
            HomeFolder.replace(
                    file,
                    GatewayDesks.written(
                            "http://" + new HostPort(DESK, door.port()),
                            Path.of(told.secretsFolder())));
        } catch (IOException failed) {
            throw new UncheckedIOException("the desk's address cannot be written", failed);
        }
        parts.add(() -> Files.deleteIfExists(file));
        sample(live, means.timer());
    }

    private static void sample(LiveGateway live, Timer timer) {
        live.sample();
        Timer.Cancellable _ = timer.after(SAMPLE, () -> sample(live, timer));
    }
}

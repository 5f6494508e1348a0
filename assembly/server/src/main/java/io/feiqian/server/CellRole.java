package io.feiqian.server;

import io.feiqian.bank.CellBank;
import io.feiqian.bank.ConfigurationHome;
import io.feiqian.governance.Side;
import io.feiqian.ledger.LedgerRules;
import io.feiqian.messaging.StreamMessages;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.Intake;
import io.feiqian.rpc.PeerLimits;
import io.feiqian.rpc.PeerStreamService;
import io.feiqian.rpc.PeerStreams;
import io.feiqian.rpc.QuotaLender;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.rpc.RpcServer;
import io.feiqian.rpc.RpcServerConfig;
import io.feiqian.rpc.ServedCalls;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.transaction.StreamPeers;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * An instance of a cell: its database, its bank, its place among the other cells. Starts and serves
 * with the registry down, by what the registry said last.
 */
final class CellRole {
    private static final Duration DRAIN = Duration.ofSeconds(8);

    private CellRole() {}

    /**
     * Starts it; when this returns it serves, unless its operators drained it. Closing stops it in
     * order.
     *
     * @param end ends the process in order, a moment later
     */
    static AutoCloseable start(CellConfig told, Clock clock, Runnable end) throws Exception {
        StopInOrder parts = new StopInOrder();
        try {
            begin(told, clock, end, parts);
            return parts;
        } catch (Exception failed) {
            parts.close();
            throw failed;
        }
    }

    private static void begin(CellConfig told, Clock clock, Runnable end, StopInOrder parts) {
        CellId cell = new CellId(told.cell());
        Telemetry telemetry =
                parts.add(
                        Telemetry.start(
                                Traces.to(
                                        told.tracesTo(),
                                        told.tracesPerSecond(),
                                        TelemetryConfig.local("cell", told.name()).in(cell))));
        Timer timer = parts.add(Timer.system(told.name() + "-timer"));
        CellDatabase database =
                parts.add(CellDatabase.open(databaseOf(told), cell, CellBank.MODULES));
        SystemView view =
                parts.add(
                        SystemView.open(
                                told.registry(),
                                told.name(),
                                Path.of(told.snapshotFile()),
                                Path.of(told.firstRouteMapFile()),
                                told.instances()));
        Routes routes = view.routes();
        PeerStreams streams = streams(told, view, clock, timer, parts);
        StreamPeers peers = new StreamPeers(cell, routes, streams, telemetry.tracing());
        StreamMessages messages = new StreamMessages(cell, routes, streams, telemetry.tracing());
        Secrets secrets = Secrets.in(Path.of(told.secretsFolder()), Randomness.secure());
        ServedPolicies policies =
                parts.add(
                        new ServedPolicies(
                                told.name(),
                                Set.of(Side.PROVIDER),
                                view.followed(),
                                clock,
                                timer,
                                telemetry.metrics()));
        parts.add(documents(told, cell, view, telemetry, secrets, policies));
        CellBank bank =
                parts.add(
                        CellBank.start(
                                settings(told),
                                new CellBank.Ports(
                                        database,
                                        routes,
                                        peers,
                                        messages,
                                        new AesPersonalData(
                                                KeyRing.obtain(secrets), Randomness.secure()),
                                        clock,
                                        timer,
                                        telemetry.tracing(),
                                        telemetry.metrics(),
                                        telemetry.alarms())));
        peers.serveLocally(bank.transactions()::receive);
        messages.serveLocally(bank.messages()::receive);
        QuotaLender lender = new QuotaLender(clock, timer, Randomness.secure());
        ServedCalls served = policies.served(cell.toString());
        Intake intake = new Intake();
        RunningInstance control = new RunningInstance(intake, view::registry, end);
        RpcServer.Builder services =
                RpcServer.builder(serverConfig(told), clock)
                        .add(bank.bank())
                        .addAdmin(bank.admin())
                        .addAdmin(bank.messageAdmin())
                        .addAdmin(bank.instanceAdmin(control))
                        .addAdmin(
                                new ServiceDesk(
                                        cell,
                                        told.name(),
                                        view.followed(),
                                        policies.governance(Side.PROVIDER),
                                        served))
                        .add(
                                new PeerStreamService(
                                        messages.serving(
                                                bank.messages()::receive,
                                                peers.serving(bank.transactions()::receive)),
                                        PeerLimits.DEFAULT,
                                        intake))
                        .intake(intake)
                        .warmUp("database", database::warmUp)
                        .selfCheck(parts.add(database.check())::answers)
                        .timer(timer)
                        .add(lender)
                        .rules(served)
                        .adminToken(AdminToken.obtain(secrets))
                        .tracing(telemetry.tracing())
                        .metrics(telemetry.metrics())
                        .registration(
                                view.registrationOf(
                                        cell,
                                        told.name(),
                                        told.host(),
                                        told.port(),
                                        told.labels()));
        if (told.configurationHome()) {
            ConfigurationHome home =
                    parts.add(
                            bank.configurationHome(
                                    LiveDocuments.types(),
                                    view.followed(),
                                    LiveDocuments.seal(secrets)));
            services.addAdmin(home.admin());
            parts.add(
                    ReleaseDriver.start(
                            home.centre(),
                            view.followed(),
                            told.name(),
                            clock,
                            timer,
                            telemetry.alarms()));
        }
        RpcServer server = services.build();
        control.serves(server);
        server.start();
        parts.add(() -> server.stop(DRAIN));
        server.ready();
        parts.add(lender);
        lender.stand(view.followed(), new Endpoint(told.name(), told.host(), told.port()));
        view.publishRoutes(told.name(), clock, timer);
    }

    private static LiveDocuments documents(
            CellConfig told,
            CellId cell,
            SystemView view,
            Telemetry telemetry,
            Secrets secrets,
            ServedPolicies policies) {
        return LiveDocuments.follow(
                view.followed(),
                new LiveDocuments.Self(
                        "cell",
                        Optional.of(cell),
                        told.name(),
                        told.host(),
                        told.port(),
                        told.labels()),
                telemetry,
                told.tracesPerSecond(),
                Path.of(told.snapshotFile()),
                LiveDocuments.seal(secrets),
                new LiveDocuments.Takers(
                        Optional.of(policies::apply), Optional.empty(), Optional.empty()));
    }

    private static PeerStreams streams(
            CellConfig told, SystemView view, Clock clock, Timer timer, StopInOrder parts) {
        return parts.add(
                new PeerStreams(
                        told.name(),
                        view,
                        new Channels(RpcClientConfig.DEFAULT),
                        PeerLimits.DEFAULT,
                        clock,
                        timer));
    }

    private static DatabaseConfig databaseOf(CellConfig told) {
        return DatabaseConfig.withPasswordFile(
                        told.databaseUrl(),
                        told.databaseUser(),
                        Path.of(told.databasePasswordFile()))
                .withDurability(
                        told.checkedDurability()
                                ? DatabaseConfig.Durability.CHECKED
                                : DatabaseConfig.Durability.DEVELOPMENT);
    }

    private static CellBank.Settings settings(CellConfig told) {
        CellBank.Settings usual =
                CellBank.Settings.of(told.name(), BusinessDate.parse(told.firstBusinessDate()));
        return new CellBank.Settings(
                usual.instance(),
                usual.firstDay(),
                new LedgerRules(told.retentionDays(), LedgerRules.DEFAULT.futureDays()),
                usual.commits(),
                usual.transactions(),
                usual.messages());
    }

    private static RpcServerConfig serverConfig(CellConfig told) {
        RpcServerConfig usual = RpcServerConfig.loopback(told.port());
        return new RpcServerConfig(
                told.host(),
                told.port(),
                usual.maxMessageBytes(),
                usual.maxHeaderBytes(),
                usual.defaultDeadline(),
                usual.keepAlive(),
                usual.keepAliveTimeout(),
                usual.maxInFlight(),
                usual.tls());
    }
}

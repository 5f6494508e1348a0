package io.feiqian.server;

import io.feiqian.balancing.Place;
import io.feiqian.gateway.Gateway;
import io.feiqian.gateway.GatewayConfig;
import io.feiqian.gateway.GatewayStatus;
import io.feiqian.gateway.LearntServices;
import io.feiqian.gateway.LiveGateway;
import io.feiqian.governance.Side;
import io.feiqian.iso20022.Iso20022;
import io.feiqian.iso20022.IsoConfig;
import io.feiqian.layer7.CellSteering;
import io.feiqian.layer7.FlowIdentifiers;
import io.feiqian.proxy.HttpDirectory;
import io.feiqian.proxy.MapCells;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.proxy.spi.KeyDirectory;
import io.feiqian.routing.SlotRule;
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
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A gateway in front of a bank: calls to the owning cells, by what the registry said last. */
final class GatewayOfBank {
    private static final Duration LOOK = Duration.ofSeconds(30);
    private static final Duration DIRECTORY = Duration.ofSeconds(2);
    private static final int MOST_WAITING = 10_000;

    private GatewayOfBank() {}

    static LiveGateway start(
            GatewayRoleConfig told,
            Secrets secrets,
            AdminToken token,
            Telemetry telemetry,
            Timer timer,
            Clock clock,
            StopInOrder parts) {
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
        Channels channels = new Channels(RpcClientConfig.DEFAULT);
        CellClients cells =
                parts.add(
                        new CellClients(
                                view.routes(),
                                view,
                                channels,
                                CellBalancing.USUAL,
                                policies.rules(Side.CALLER, ""),
                                clock,
                                timer,
                                telemetry.tracing(),
                                new CallCounts(telemetry.metrics())));
        LearntServices contracts =
                parts.add(
                        new LearntServices(
                                        GatewayOfBank.class.getClassLoader(),
                                        GatewayRole.at(told).descriptors(),
                                        view::all,
                                        channels,
                                        timer,
                                        LOOK,
                                        telemetry.metrics())
                                .start());
        Place here = new Place(told.site(), told.city());
        Iso20022 iso =
                parts.add(
                        Iso20022.over(
                                cells, policies.rules(Side.GATEWAY, ""), iso(told.bank()), clock));
        WantedWay way = new WantedWay(usual(told));
        LiveDocuments.Self self =
                new LiveDocuments.Self(
                        "gateway",
                        Optional.empty(),
                        told.name(),
                        told.host(),
                        told.port(),
                        Map.of());
        LiveDocuments documents =
                parts.add(
                        LiveDocuments.follow(
                                view.followed(),
                                self,
                                telemetry,
                                told.tracesPerSecond(),
                                Path.of(told.snapshotFile()),
                                LiveDocuments.seal(secrets),
                                new LiveDocuments.Takers(
                                        Optional.of(policies::apply),
                                        Optional.of(releases::apply),
                                        Optional.of(way::take))));
        parts.add(releases.report(view.followed(), self.instance()));
        Gateway gateway =
                way.start(first ->
                        Gateway.start(
                                GatewayRole.at(told),
                                first,
                                contracts,
                                cells,
                                policies.rules(Side.GATEWAY, ""),
                                Optional.of(token),
                                releases.labels(),
                                new Gateway.Setting(
                                        told.name(),
                                        Optional.of(GatewayRole.folder(told)),
                                        here,
                                        steering(
                                                told, view, here, secrets, telemetry, timer, clock),
                                        policies.rules(Side.GATEWAY, ""),
                                        policies.rules(Side.CALLER, ""),
                                        new RegisteredBackends(view.followed()),
                                        Map.of(Iso20022.PATH, iso),
                                        () -> true),
                                Transport.open(told.transport(), GatewayRole.loops()),
                                telemetry,
                                clock));
        parts.add(() -> gateway.stop(GatewayRole.drain()));
        parts.add(view.registerGateway(told.name(), told.host(), gateway.port()));
        return new LiveGateway(
                told.name(),
                gateway.plane(),
                telemetry.metrics(),
                clock,
                () -> standing(documents),
                text -> ProxyConfig.type().parse(text, LiveDocuments.seal(secrets)));
    }

    private static GatewayStatus.Document standing(LiveDocuments documents) {
        return documents
                .standing(ProxyConfig.type().name())
                .map(each ->
                        new GatewayStatus.Document(
                                each.version(),
                                each.revision(),
                                each.refused().map(no -> no.why()).orElse("")))
                .orElseGet(() -> new GatewayStatus.Document(0, 0, ""));
    }

    private static CellSteering steering(
            GatewayRoleConfig told,
            SystemView view,
            Place here,
            Secrets secrets,
            Telemetry telemetry,
            Timer timer,
            Clock clock) {
        Optional<KeyDirectory> directory =
                told.directory().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new HttpDirectory(URI.create(told.directory()), DIRECTORY));
        String keys =
                secrets.find("gateway-flow-keys")
                        .orElseGet(() ->
                                secrets.create(
                                        "gateway-flow-keys",
                                        FlowIdentifiers.newKey(0, Randomness.secure())));
        return new CellSteering(
                new MapCells(view.routes(), SlotRule.hash(), directory),
                view.routes(),
                here,
                FlowIdentifiers.of(keys, clock, Randomness.secure()),
                clock,
                timer,
                Randomness.shared(Randomness.secure().nextLong()),
                telemetry.metrics(),
                MOST_WAITING);
    }

    private static IsoConfig iso(GatewayRoleConfig.Bank bank) {
        IsoConfig named = IsoConfig.of(bank.bic(), bank.country(), bank.ibanPrefix());
        return bank.schemas().isEmpty() ? named : named.withSchemas(Path.of(bank.schemas()));
    }

    private static ProxyConfig usual(GatewayRoleConfig told) {
        GatewayConfig config = GatewayRole.at(told);
        return told.proxy().listeners().isEmpty() ? config.proxy(Iso20022.PATH) : told.proxy();
    }
}

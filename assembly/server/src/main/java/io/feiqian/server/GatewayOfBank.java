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
import io.feiqian.proxy.RememberedDirectory;
import io.feiqian.proxy.Transport;
import io.feiqian.proxy.spi.KeyDirectory;
import io.feiqian.routing.SlotRule;
import io.feiqian.rpc.CallCounts;
import io.feiqian.rpc.CellBalancing;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Randomness;
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

    /** So many keys are remembered, in about ten megabytes. */
    private static final int MOST_KEYS = 50_000;

    private static final Duration KEY_LIFE = Duration.ofMinutes(5);

    /** A dead directory for longer than a day is a case for operators. */
    private static final Duration KEY_LIFE_UNANSWERED = Duration.ofDays(1);

    private static final Duration NOBODY_LIFE = Duration.ofSeconds(5);

    private final GatewayRoleConfig told;
    private final GatewayMeans means;
    private final SystemView view;
    private final ServedPolicies policies;
    private final Channels channels = new Channels(RpcClientConfig.DEFAULT);

    private GatewayOfBank(GatewayRoleConfig told, GatewayMeans means) {
        this.told = told;
        this.means = means;
        this.view =
                means.parts()
                        .add(
                                GatewayRole.orFail(() ->
                                        SystemView.open(
                                                told.registry(),
                                                told.name(),
                                                Path.of(told.snapshotFile()),
                                                Path.of(told.firstRouteMapFile()),
                                                told.instances())));
        this.policies =
                means.parts()
                        .add(
                                new ServedPolicies(
                                        told.name(),
                                        Set.of(Side.GATEWAY, Side.CALLER),
                                        view.followed(),
                                        means.clock(),
                                        means.timer(),
                                        means.telemetry().metrics()));
    }

    /**
     * Starts it.
     *
     * @throws io.feiqian.cli.CommandFailure where its configuration cannot be gone by
     */
    static LiveGateway start(GatewayRoleConfig told, GatewayMeans means) {
        return new GatewayOfBank(told, means).start();
    }

    private LiveGateway start() {
        GatewayReleases releases =
                new GatewayReleases(
                        policies.governance(Side.GATEWAY), policies.releases(), means.timer());
        CellClients cells = cells();
        LearntServices contracts = contracts();
        WantedWay way = new WantedWay(usual());
        LiveDocuments.Self self =
                new LiveDocuments.Self(
                        "gateway",
                        Optional.empty(),
                        told.name(),
                        told.host(),
                        told.port(),
                        Map.of());
        LiveDocuments documents = documents(self, releases, way);
        means.parts().add(releases.report(view.followed(), self.instance()));
        Gateway.Setting setting = setting(iso(cells));
        Gateway gateway =
                GatewayRole.orFail(() ->
                        way.start(first ->
                                Gateway.start(
                                        GatewayRole.at(told),
                                        first,
                                        contracts,
                                        cells,
                                        entrance(),
                                        Optional.of(means.token()),
                                        releases.labels(),
                                        setting,
                                        Transport.open(told.transport(), GatewayRole.loops()),
                                        means.telemetry(),
                                        means.clock())));
        means.parts().add(() -> gateway.stop(GatewayRole.drain()));
        means.parts().add(view.registerGateway(told.name(), told.host(), gateway.port()));
        return new LiveGateway(
                told.name(),
                gateway.plane(),
                means.telemetry().metrics(),
                means.clock(),
                () -> standing(documents),
                contracts::standing,
                text -> ProxyConfig.type().parse(text, LiveDocuments.seal(means.secrets())));
    }

    private CallPolicies entrance() {
        return policies.rules(Side.GATEWAY, "");
    }

    private CallPolicies calls() {
        return policies.rules(Side.CALLER, "");
    }

    private CellClients cells() {
        return means.parts()
                .add(
                        new CellClients(
                                view.routes(),
                                view,
                                channels,
                                CellBalancing.USUAL,
                                calls(),
                                means.clock(),
                                means.timer(),
                                means.telemetry().tracing(),
                                new CallCounts(means.telemetry().metrics())));
    }

    private LearntServices contracts() {
        return means.parts()
                .add(
                        new LearntServices(
                                        GatewayOfBank.class.getClassLoader(),
                                        GatewayRole.at(told).descriptors(),
                                        view::all,
                                        channels,
                                        means.clock(),
                                        means.timer(),
                                        LOOK,
                                        means.telemetry().metrics())
                                .start());
    }

    private Iso20022 iso(CellClients cells) {
        return means.parts()
                .add(
                        Iso20022.over(
                                cells,
                                entrance(),
                                IsoConfig.of(
                                        told.bank().bic(),
                                        told.bank().country(),
                                        told.bank().ibanPrefix()),
                                means.clock()));
    }

    private LiveDocuments documents(
            LiveDocuments.Self self, GatewayReleases releases, WantedWay way) {
        return means.parts()
                .add(
                        LiveDocuments.follow(
                                view.followed(),
                                self,
                                means.telemetry(),
                                told.tracesPerSecond(),
                                Path.of(told.snapshotFile()),
                                LiveDocuments.seal(means.secrets()),
                                new LiveDocuments.Takers(
                                        Optional.of(policies::apply),
                                        Optional.of(releases::apply),
                                        Optional.of(way::take))));
    }

    private Gateway.Setting setting(Iso20022 iso) {
        Place here = new Place(told.site(), told.city());
        return new Gateway.Setting(
                told.name(),
                Optional.of(GatewayRole.folder(told)),
                here,
                steering(here),
                entrance(),
                calls(),
                new RegisteredBackends(view.followed()),
                Map.of(Iso20022.PATH, iso),
                () -> true);
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

    private CellSteering steering(Place here) {
        String keys =
                means.secrets()
                        .find("gateway-flow-keys")
                        .orElseGet(() ->
                                means.secrets()
                                        .create(
                                                "gateway-flow-keys",
                                                FlowIdentifiers.newKey(0, Randomness.secure())));
        return means.parts()
                .add(
                        new CellSteering(
                                new MapCells(view.routes(), SlotRule.hash(), directory()),
                                view.routes(),
                                here,
                                FlowIdentifiers.of(keys, means.clock(), Randomness.secure()),
                                means.clock(),
                                means.timer(),
                                Randomness.shared(Randomness.secure().nextLong()),
                                means.telemetry().metrics(),
                                MOST_WAITING));
    }

    /** Whoever knows indirect keys may be dead: what was known goes on to count. */
    private Optional<KeyDirectory> directory() {
        if (told.directory().isEmpty()) {
            return Optional.empty();
        }
        URI address = GatewayRole.orFail(() -> URI.create(told.directory()));
        HttpDirectory asked = means.parts().add(new HttpDirectory(address, DIRECTORY));
        return Optional.of(
                new RememberedDirectory(
                        asked,
                        MOST_KEYS,
                        KEY_LIFE,
                        KEY_LIFE_UNANSWERED,
                        NOBODY_LIFE,
                        means.clock(),
                        Randomness.secure()));
    }

    private ProxyConfig usual() {
        GatewayConfig config = GatewayRole.at(told);
        return told.proxy().listeners().isEmpty() ? config.proxy(Iso20022.PATH) : told.proxy();
    }
}

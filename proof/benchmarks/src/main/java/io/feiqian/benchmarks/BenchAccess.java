package io.feiqian.benchmarks;

import io.feiqian.balancing.Place;
import io.feiqian.gateway.Gateway;
import io.feiqian.layer7.CellSteering;
import io.feiqian.layer7.FlowIdentifiers;
import io.feiqian.proxy.MapCells;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.routing.SlotRule;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.util.Optional;

/** The way in as the role gateway starts it, by a document, in front of servers that are named. */
final class BenchAccess implements AutoCloseable {
    private static final int MOST_WAITING = 1_024;

    private final Telemetry telemetry =
            Telemetry.start(TelemetryConfig.local("gateway", "gateway").atTheEdge());
    private final Timer timer = Timer.system("gateway-timer");
    private final CellSteering cells;
    private final Gateway gateway;

    BenchAccess(ProxyConfig config, int threads, int manyCells, Transport.Kind transport) {
        Clock clock = Clock.system();
        Randomness randomness = Randomness.shared(7);
        Routes routes = new Routes(RouteMap.evenly(manyCells));
        cells =
                new CellSteering(
                        new MapCells(routes, SlotRule.digits(), Optional.empty()),
                        routes,
                        Place.UNKNOWN,
                        FlowIdentifiers.ofOwnKey(clock, Randomness.secure()),
                        clock,
                        timer,
                        randomness,
                        telemetry.metrics(),
                        MOST_WAITING);
        Gateway.Setting alone = Gateway.Setting.alone("gateway", Optional.empty());
        gateway =
                Gateway.start(
                        config,
                        new Gateway.Setting(
                                alone.name(),
                                alone.folder(),
                                alone.here(),
                                cells,
                                alone.incoming(),
                                alone.outgoing(),
                                alone.services(),
                                alone.besides(),
                                alone.ready()),
                        Transport.open(
                                transport,
                                threads > 0 ? threads : Runtime.getRuntime().availableProcessors()),
                        telemetry,
                        clock);
    }

    @Override
    public void close() {
        gateway.close();
        cells.close();
        timer.close();
        telemetry.close();
    }
}

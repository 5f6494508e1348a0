package io.feiqian.benchmarks;

import io.feiqian.balancing.Place;
import io.feiqian.layer7.CellSteering;
import io.feiqian.layer7.FlowIdentifiers;
import io.feiqian.layer7.Layer7;
import io.feiqian.layer7.Layer7Parts;
import io.feiqian.layer7.Transport;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.MapCells;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Verdict;
import io.feiqian.proxy.spi.Guard;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.routing.SlotRule;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The way in as the role gateway starts it, by a document, in front of servers that are named. */
final class BenchAccess implements AutoCloseable {
    private static final int MOST_WAITING = 1_024;

    private final Telemetry telemetry =
            Telemetry.start(TelemetryConfig.local("gateway", "gateway").atTheEdge());
    private final Timer timer = Timer.system("gateway-timer");
    private final CellSteering cells;
    private final Layer7 layer7;

    BenchAccess(ProxyConfig config, int threads, int manyCells, String transport) {
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
        layer7 =
                Layer7.start(
                        config,
                        Layer7Parts.of(
                                        (question, client, caller) ->
                                                CompletableFuture.completedFuture(
                                                        HttpAnswer.text(404, "text/plain", "")),
                                        ANYBODY,
                                        telemetry.tracing(),
                                        telemetry.metrics(),
                                        clock,
                                        timer,
                                        randomness)
                                .withCells(cells),
                        Transport.of(transport),
                        threads);
    }

    private static final Guard ANYBODY =
            new Guard() {
                @Override
                public boolean isOpen(RouteConfig route) {
                    return true;
                }

                @Override
                public Verdict judge(RouteConfig route, HttpQuestion question, Client client) {
                    return new Verdict.Admitted(Caller.ANYBODY, Map.of());
                }
            };

    @Override
    public void close() {
        layer7.close();
        cells.close();
        timer.close();
        telemetry.close();
    }
}

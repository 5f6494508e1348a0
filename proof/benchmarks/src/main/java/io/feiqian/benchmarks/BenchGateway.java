package io.feiqian.benchmarks;

import io.feiqian.gateway.Gateway;
import io.feiqian.gateway.GatewayConfig;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.CallCounts;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The gateway as its role starts it, in front of one cell at an address that is known: without a
 * registry, which it does not ask while it serves.
 */
final class BenchGateway implements AutoCloseable {
    private final Telemetry telemetry;
    private final Timer timer;
    private final CellClients cells;
    private final Gateway gateway;

    private BenchGateway(int cellPort, TelemetryConfig config) {
        List<Endpoint> cell = List.of(new Endpoint("cell-1-a", "127.0.0.1", cellPort));
        this.telemetry = Telemetry.start(config);
        this.timer = Timer.system("gateway-timer");
        this.cells =
                new CellClients(
                        new Routes(RouteMap.evenly(1)),
                        _ -> cell,
                        new Channels(RpcClientConfig.DEFAULT),
                        Clock.system(),
                        timer,
                        telemetry.tracing(),
                        new CallCounts(telemetry.metrics()));
        this.gateway =
                Gateway.start(
                        GatewayConfig.DEFAULT.withPort(0),
                        cells,
                        Optional.empty(),
                        () -> true,
                        telemetry,
                        Clock.system());
    }

    /**
     * Starts one.
     *
     * @param tracesTo where spans, lines and meters go; empty for nowhere
     * @param perSecond the most traces that are recorded in a second; 0 for all
     */
    static BenchGateway start(int cellPort, Optional<String> tracesTo, int perSecond) {
        TelemetryConfig usual = TelemetryConfig.local("gateway", "gateway").atTheEdge();
        return new BenchGateway(
                cellPort,
                tracesTo.map(address -> usual.sendingTo(URI.create(address), perSecond))
                        .orElse(usual));
    }

    int port() {
        return gateway.port();
    }

    @Override
    public void close() {
        var _ = gateway.stop(Duration.ofSeconds(2));
        cells.close();
        timer.close();
        telemetry.close();
    }
}

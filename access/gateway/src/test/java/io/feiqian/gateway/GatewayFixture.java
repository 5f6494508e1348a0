package io.feiqian.gateway;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.feiqian.gateway.shop.ShopProto;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.CallCounts;
import io.feiqian.rpc.CellBalancing;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.Secrets;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.telemetry.Tracing;
import io.feiqian.vocabulary.CellId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Two cells with a shop and a gateway in front of them, over real connections. */
final class GatewayFixture implements AutoCloseable {
    static final CellId ONE = new CellId(1);
    static final CellId TWO = new CellId(2);
    static final String TRACE = "202601310001999000000000000000007";
    static final String TRACE_OF_TWO = "202601319000999000000000000000007";

    final AdminToken token;
    final Map<CellId, List<Endpoint>> instances = new ConcurrentHashMap<>();
    final Routes routes = new Routes(RouteMap.evenly(2));
    final ShopCell one;
    final ShopCell two;
    final EdgeLabels labels = EdgeLabels.none();
    final Gateway gateway;
    private final Timer timer = Timer.system("test-timer");
    private final Telemetry telemetry =
            Telemetry.start(TelemetryConfig.local("gateway", "gateway-test"));
    private final CellClients clients;

    GatewayFixture(Path folder, GatewayConfig config) {
        this(folder, config, CallPolicies.NONE, CallPolicies.NONE);
    }

    /**
     * The same with rules.
     *
     * @param entrance for requests
     * @param calls for calls to cells
     */
    GatewayFixture(Path folder, GatewayConfig config, CallPolicies entrance, CallPolicies calls) {
        this.token = AdminToken.obtain(Secrets.in(folder, io.feiqian.runtime.Randomness.seeded(1)));
        this.one = new ShopCell("one", token);
        this.two = new ShopCell("two", token);
        instances.put(ONE, List.of(one.endpoint()));
        instances.put(TWO, List.of(two.endpoint()));
        this.clients =
                new CellClients(
                        routes,
                        cell -> instances.getOrDefault(cell, List.of()),
                        new Channels(RpcClientConfig.DEFAULT),
                        CellBalancing.USUAL,
                        calls,
                        Clock.system(),
                        timer,
                        Tracing.none(),
                        new CallCounts(telemetry.metrics()));
        this.gateway =
                Gateway.start(
                        config.withPort(0),
                        DescriptorSets.services("shop", descriptors()),
                        clients,
                        entrance,
                        Optional.of(token),
                        labels,
                        () -> !instances.isEmpty(),
                        telemetry,
                        Clock.system());
    }

    int port() {
        return gateway.port();
    }

    RawHttp.Reply exchange(String request) {
        return RawHttp.exchange(port(), request);
    }

    static String purchase(String trace) {
        return "{\"trace_number\":\"" + trace + "\",\"amount\":\"12.50\"}";
    }

    /** The descriptor set as a contract ships it: with its imports, and without Java classes. */
    static byte[] descriptors() {
        Set<FileDescriptor> files = new LinkedHashSet<>();
        collect(ShopProto.getDescriptor(), files);
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        files.forEach(each -> set.addFile(each.toProto()));
        return set.build().toByteArray();
    }

    private static void collect(FileDescriptor file, Set<FileDescriptor> into) {
        file.getDependencies().forEach(each -> collect(each, into));
        into.add(file);
    }

    @Override
    public void close() {
        gateway.stop(Duration.ZERO);
        clients.close();
        one.close();
        two.close();
        timer.close();
        telemetry.close();
    }
}

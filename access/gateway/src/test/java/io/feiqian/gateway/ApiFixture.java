package io.feiqian.gateway;

import com.google.protobuf.ByteString;
import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.CorsConfig;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RewriteConfig;
import io.feiqian.proxy.RouteConfig;
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
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.Secrets;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.telemetry.Tracing;
import io.feiqian.vocabulary.CellId;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Two real cells with a shop, and the API over them as often as a test wants it. */
final class ApiFixture implements AutoCloseable {
    static final CellId ONE = new CellId(1);
    static final CellId TWO = new CellId(2);

    final AdminToken token;
    final ShopCell one;
    final ShopCell two;
    final Map<CellId, List<Endpoint>> instances = new ConcurrentHashMap<>();
    final EdgeLabels labels = EdgeLabels.none();
    final Timer timer = Timer.system("api-test");
    final Telemetry telemetry = Telemetry.start(TelemetryConfig.local("gateway", "api-test"));
    final Channels channels = new Channels(RpcClientConfig.DEFAULT);
    volatile ProxyConfig proxy = ProxyConfig.NONE;
    private final CellClients clients;

    ApiFixture(Path folder) {
        this(folder, CallPolicies.NONE);
    }

    ApiFixture(Path folder, CallPolicies calling) {
        token = AdminToken.obtain(Secrets.in(folder, Randomness.seeded(1)));
        one = new ShopCell("one", token);
        two = new ShopCell("two", token);
        instances.put(ONE, List.of(one.endpoint()));
        instances.put(TWO, List.of(two.endpoint()));
        clients =
                new CellClients(
                        new Routes(RouteMap.evenly(2)),
                        cell -> instances.getOrDefault(cell, List.of()),
                        channels,
                        CellBalancing.USUAL,
                        calling,
                        Clock.system(),
                        timer,
                        Tracing.none(),
                        new CallCounts(telemetry.metrics()));
    }

    /** Services that nobody has told of yet: a class path without contracts. */
    LearntServices learnt(Path... files) {
        return new LearntServices(
                new ClassLoader(null) {},
                List.of(files),
                this::all,
                channels,
                Clock.system(),
                timer,
                Duration.ofHours(1),
                telemetry.metrics());
    }

    private Collection<Endpoint> all() {
        return instances.values().stream().flatMap(List::stream).toList();
    }

    ServiceApi api(LearntServices services) {
        return api(services, CallPolicies.NONE);
    }

    ServiceApi api(LearntServices services, CallPolicies entrance) {
        return ServiceApi.of(
                GatewayConfig.DEFAULT,
                services,
                clients,
                entrance,
                Optional.of(token),
                labels,
                () -> proxy,
                telemetry,
                Clock.system());
    }

    static RouteConfig route(
            List<String> authentication, AccessConfig access, Optional<CorsConfig> cors) {
        return route(authentication, access, cors, false, Map.of());
    }

    static RouteConfig route(boolean idempotency, Map<String, String> labels) {
        return route(List.of(), AccessConfig.ANYBODY, Optional.empty(), idempotency, labels);
    }

    static RouteConfig route(
            List<String> authentication,
            AccessConfig access,
            Optional<CorsConfig> cors,
            boolean idempotency,
            Map<String, String> labels) {
        return new RouteConfig(
                "api",
                List.of(),
                "/",
                List.of(),
                Map.of(),
                Optional.empty(),
                List.of(),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                labels,
                authentication,
                access,
                cors,
                RewriteConfig.NONE,
                idempotency,
                1 << 20,
                Duration.ofSeconds(10),
                0,
                Duration.ZERO);
    }

    static HttpQuestion get(String path, String... headers) {
        return question("GET", path, "", headers);
    }

    static HttpQuestion post(String path, String body, String... headers) {
        HttpQuestion bare = question("POST", path, body, headers);
        Map<String, List<String>> all = new HashMap<>(bare.headers());
        all.put("content-type", List.of("application/json"));
        return new HttpQuestion("POST", bare.path(), bare.query(), all, bare.body());
    }

    /** Headers are names and values in turn. */
    static HttpQuestion question(String verb, String target, String body, String... headers) {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i].toLowerCase(Locale.ROOT), List.of(headers[i + 1]));
        }
        int mark = target.indexOf('?');
        return new HttpQuestion(
                verb,
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1),
                all,
                ByteString.copyFromUtf8(body));
    }

    static Client client(String address) {
        return client(address, Optional.empty());
    }

    static Client client(String address, Optional<X509Certificate> certificate) {
        return new Client(
                InetAddress.ofLiteral(address), certificate.isPresent(), certificate, "front");
    }

    static HttpAnswer ask(ServiceApi api, RouteConfig route, HttpQuestion question, String caller) {
        return api.answer(
                        route,
                        question,
                        client("192.0.2.1"),
                        new Caller(caller, "", java.util.Set.of()))
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        clients.close();
        one.close();
        two.close();
        timer.close();
        telemetry.close();
    }
}

package io.feiqian.layer7;

import com.google.protobuf.Struct;
import io.feiqian.proxy.CompressionConfig;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.spi.Guard;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A route as requests are compared with it and sent by it: everything made ready. Immutable. */
final class RoutePlan {
    /** What becomes of its requests. */
    enum End {
        POOLS,
        API,
        ANSWER,
        REDIRECT
    }

    /** A header that is set, as its parts: what stands, and what the client or caller is. */
    @SuppressWarnings("ArrayRecordComponent") // Never written.
    record Setting(byte[] name, String value, byte[] bytes, boolean varies) {
        static List<Setting> of(Map<String, String> headers) {
            return headers.entrySet().stream()
                    .map(each ->
                            new Setting(
                                    Bytes.ascii(each.getKey().toLowerCase(Locale.ROOT)),
                                    each.getValue(),
                                    Bytes.ascii(each.getValue()),
                                    each.getValue().contains("{client}")
                                            || each.getValue().contains("{caller}")))
                    .toList();
        }
    }

    /** For requests that no route is for. */
    static final RoutePlan NOWHERE = nowhere();

    final RouteConfig config;
    final End end;
    final boolean guarded;
    final boolean wantsBody;
    final long bodyBytes;
    final long timeoutNanos;
    final int retries;
    final RouteMeters meters;
    final byte[] name;
    final byte[] path;
    final boolean exact;
    final List<byte[]> removed;
    final List<byte[]> removedFromAnswer;
    final List<Setting> set;
    final List<Setting> setInAnswer;
    final byte @Nullable [] newPath;
    final byte @Nullable [] newHost;
    final CellSteering.@Nullable Way way;
    final Optional<HttpAnswer> fixed;
    final @Nullable CompressionConfig compression;
    private final RouteMatch match;
    private final PoolRun[] pools;
    private final int[] upTo;
    private final Map<Verb, MethodDescriptor<?, ?>> methods = new EnumMap<>(Verb.class);

    RoutePlan(RouteConfig config, Map<String, PoolRun> known, Guard guard, RouteMeters meters) {
        this.config = config;
        this.meters = meters;
        this.name = Bytes.ascii(config.name());
        this.exact = config.path().startsWith("=");
        this.path = Bytes.ascii(exact ? config.path().substring(1) : config.path());
        this.match = new RouteMatch(config);
        this.end =
                config.api()
                        ? End.API
                        : config.answer().isPresent()
                                ? End.ANSWER
                                : config.redirect().isPresent() ? End.REDIRECT : End.POOLS;
        this.pools =
                config.pool().isPresent()
                        ? new PoolRun[] {known(known, config.pool().get())}
                        : config.split().stream()
                                .map(each -> known(known, each.pool()))
                                .toArray(PoolRun[]::new);
        this.upTo = new int[pools.length];
        for (int i = 0, sum = 0; i < config.split().size(); i++) {
            sum += config.split().get(i).weight();
            upTo[i] = sum;
        }
        this.way =
                config.cell()
                        .map(each -> CellSteering.Way.of(each, config.patience()))
                        .orElse(null);
        this.guarded = !guard.isOpen(config);
        this.wantsBody =
                end == End.API
                        || (guarded && guard.wantsBody(config))
                        || (way != null && way.needsBody())
                        || java.util.Arrays.stream(pools).anyMatch(PoolRun::wantsBody);
        this.bodyBytes = config.bodyBytes();
        this.timeoutNanos = config.timeout().toNanos();
        this.retries = config.retries();
        this.removed = lower(config.rewrite().remove());
        this.removedFromAnswer = lower(config.rewrite().removeAnswer());
        this.set = Setting.of(config.rewrite().set());
        this.setInAnswer = Setting.of(config.rewrite().setAnswer());
        this.newPath = config.rewrite().path().map(Bytes::ascii).orElse(null);
        this.newHost = config.rewrite().host().map(Bytes::ascii).orElse(null);
        this.fixed =
                config.answer()
                        .map(each -> HttpAnswer.text(each.status(), each.type(), each.body()));
        this.compression = config.compression().orElse(null);
        for (Verb each : Verb.values()) {
            methods.put(each, method(config.name(), each.name()));
        }
    }

    private static RoutePlan nowhere() {
        RouteConfig none =
                new RouteConfig(
                        "none",
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
                        Map.of(),
                        List.of(),
                        io.feiqian.proxy.AccessConfig.ANYBODY,
                        Optional.empty(),
                        io.feiqian.proxy.RewriteConfig.NONE,
                        false,
                        0,
                        java.time.Duration.ofSeconds(60),
                        0,
                        java.time.Duration.ZERO,
                        Optional.empty(),
                        false);
        return new RoutePlan(
                none,
                Map.of(),
                (route, question, client) -> {
                    throw new IllegalStateException("no route is judged by nobody");
                },
                new RouteMeters(new CompositeMeterRegistry(), "none"));
    }

    private static PoolRun known(Map<String, PoolRun> pools, String name) {
        PoolRun pool = pools.get(name);
        if (pool == null) {
            throw new IllegalArgumentException("pool " + name + ": none (expected: one)");
        }
        return pool;
    }

    private static List<byte[]> lower(List<String> names) {
        return names.stream().map(each -> Bytes.ascii(each.toLowerCase(Locale.ROOT))).toList();
    }

    private static MethodDescriptor<?, ?> method(String route, String verb) {
        return MethodDescriptor.<Struct, Struct>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(route, verb))
                .setRequestMarshaller(ProtoUtils.marshaller(Struct.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(Struct.getDefaultInstance()))
                .build();
    }

    /** Whether a request is for it. */
    boolean fits(Head head) {
        return match.fits(head, path, exact);
    }

    /** The method as rules see it. */
    MethodDescriptor<?, ?> method(Verb verb) {
        return Objects.requireNonNull(methods.get(verb));
    }

    /** Whether its requests go to several pools. */
    boolean isSplit() {
        return pools.length > 1;
    }

    /** The pool that stands first; where it is split, what that goes by is what the split does. */
    PoolRun first() {
        return pools[0];
    }

    /**
     * The pool that a request goes to by weight (P6.1.4-c.2): the same for the same number as long
     * as the weights are, and where the last pool gets more, nobody leaves it. Where that pool does
     * not serve, another one of the split.
     */
    PoolRun pool(long number) {
        long mixed = number * 0x9E3779B97F4A7C15L;
        long point = Long.remainderUnsigned(mixed >>> 1, upTo[upTo.length - 1]);
        int at = 0;
        while (upTo[at] <= point) {
            at++;
        }
        PoolRun other = pools[at].isServed() ? null : other(pools[at]);
        return other == null ? pools[at] : other;
    }

    /** The pool of the backend that the request's cookie names; null for none that it may go to. */
    @Nullable PoolRun kept(Head request) {
        for (int i = 0; i < pools.length; i++) {
            if (weight(i) > 0 && Sticky.isKept(pools[i], request)) {
                return pools[i];
            }
        }
        return null;
    }

    /** Another pool that takes what this one of the split cannot; null for none. */
    @Nullable PoolRun other(PoolRun failed) {
        for (int i = 0; isSplit() && i < pools.length; i++) {
            if (pools[i] != failed && weight(i) > 0 && pools[i].isServed()) {
                return pools[i];
            }
        }
        return null;
    }

    private int weight(int at) {
        return at == 0 ? upTo[0] : upTo[at] - upTo[at - 1];
    }
}

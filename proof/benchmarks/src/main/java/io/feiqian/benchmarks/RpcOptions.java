package io.feiqian.benchmarks;

import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code bench rpc} measures, and for how long. */
final class RpcOptions {
    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long a round takes (default: ${DEFAULT-VALUE})")
    private int seconds = 10;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "how many rounds; the median counts (default: ${DEFAULT-VALUE})")
    private int rounds = 3;

    @Option(
            names = "--case",
            paramLabel = "NAME",
            split = ",",
            description = "only these cases: unary, async, stream (default: all)")
    private List<RpcCase> cases = List.of(RpcCase.values());

    @Option(
            names = "--variant",
            paramLabel = "NAME",
            split = ",",
            description =
                    "only these beside the baseline: feiqian, dubbo, triple (default: all; in"
                            + " cases async and stream feiqian only)")
    private List<RpcWay> ways = List.of(RpcWay.values());

    Duration round() {
        return Duration.ofSeconds(Math.max(1, seconds));
    }

    /** The compiler is not done with either side before. */
    Duration warmUp() {
        return round().multipliedBy(2);
    }

    int rounds() {
        return Math.max(1, rounds);
    }

    boolean wants(RpcCase of) {
        return cases.contains(of);
    }

    boolean wants(RpcWay way, RpcCase of) {
        return switch (way) {
            case grpc -> true;
            case feiqian -> ways.contains(way);
            case dubbo, triple -> of == RpcCase.unary && ways.contains(way);
        };
    }
}

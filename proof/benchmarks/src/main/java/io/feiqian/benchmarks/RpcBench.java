package io.feiqian.benchmarks;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * {@code bench rpc}: calls between two JVMs. The ways take turns, round by round, so that whatever
 * else the machine does meets all of them; both sides' processor time counts.
 */
final class RpcBench {
    private static final int CALLERS = 64;
    private static final int SAMPLED = 100;

    private final RpcOptions options;
    private final PrintStream progress;

    RpcBench(RpcOptions options, PrintStream progress) {
        this.options = options;
        this.progress = progress;
    }

    List<BenchRow> run() throws IOException {
        HttpServer sink = sink();
        try {
            List<BenchRow> rows = new ArrayList<>();
            for (RpcCase each : RpcCase.values()) {
                if (options.wants(each)) {
                    rows.addAll(compare(each, address(sink)));
                }
            }
            return rows;
        } finally {
            sink.stop(0);
        }
    }

    private List<BenchRow> compare(RpcCase of, String tracesTo) {
        List<RpcPair> pairs = new ArrayList<>();
        try {
            RpcTelemetry telemetry = new RpcTelemetry(tracesTo, 1);
            for (RpcWay way : RpcWay.values()) {
                if (!options.wants(way, of)) {
                    continue;
                }
                RpcPair pair = new RpcPair(way, of, CALLERS, telemetry);
                pairs.add(pair);
                RpcRound warm = pair.run(options.warmUp());
                progress.printf("%s, %s: warm, %,.0f calls a second%n", of, way, warm.perSecond());
                if (way == RpcWay.grpc) {
                    // One trace in a hundred of what the baseline reaches.
                    telemetry =
                            new RpcTelemetry(
                                    tracesTo, Math.max(1, (int) warm.perSecond() / SAMPLED));
                }
            }
            Map<RpcWay, List<RpcRound>> seen = new LinkedHashMap<>();
            for (int i = 0; i < options.rounds(); i++) {
                for (RpcPair pair : pairs) {
                    RpcRound round = pair.run(options.round());
                    progress.printf(
                            "%s, %s: %,.0f calls a second, %.1f us of processor each%n",
                            of, pair.way(), round.perSecond(), round.cpuMicros());
                    seen.computeIfAbsent(pair.way(), _ -> new ArrayList<>()).add(round);
                }
            }
            return rows(of, seen);
        } finally {
            pairs.forEach(RpcPair::close);
        }
    }

    private static List<BenchRow> rows(RpcCase of, Map<RpcWay, List<RpcRound>> seen) {
        List<BenchRow> rows = new ArrayList<>();
        double baseline = median(seen.getOrDefault(RpcWay.grpc, List.of()), RpcRound::cpuMicros);
        seen.forEach((way, rounds) -> {
            double cpu = median(rounds, RpcRound::cpuMicros);
            rows.add(
                    new BenchRow(
                            of.name(),
                            way.name(),
                            CALLERS,
                            Rounds.rounded(median(rounds, RpcRound::perSecond)),
                            Rounds.rounded(median(rounds, RpcRound::p50)),
                            Rounds.rounded(median(rounds, RpcRound::p99)),
                            Rounds.rounded(cpu),
                            0,
                            rounds.stream().mapToLong(RpcRound::errors).sum(),
                            RpcWay.grpc.name(),
                            Math.round(baseline / cpu * 100) / 100.0));
        });
        return rows;
    }

    private static double median(List<RpcRound> rounds, ToDoubleFunction<RpcRound> what) {
        double[] sorted = rounds.stream().mapToDouble(what).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    /** Takes spans and throws them away: what it costs to keep them is measured elsewhere. */
    private static HttpServer sink() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static String address(HttpServer sink) {
        return "http://127.0.0.1:" + sink.getAddress().getPort() + "/v1/traces";
    }
}

package io.feiqian.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One way to call as two processes, one that serves and one that calls. For one thread. */
final class RpcPair implements AutoCloseable {
    /** Of both JVMs; the full compiler, as services run. */
    private static final List<String> FLAGS = List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC");

    private final RpcWay way;
    private final BenchPart server;
    private final BenchPart client;

    RpcPair(RpcWay way, RpcCase of, int callers, RpcTelemetry telemetry) {
        this.way = way;
        List<String> common = new ArrayList<>(List.of("--way", way.name(), "--case", of.name()));
        if (way == RpcWay.feiqian) {
            common.addAll(
                    List.of(
                            "--traces-to",
                            telemetry.tracesTo(),
                            "--traces-per-second",
                            Integer.toString(telemetry.perSecond())));
        }
        this.server = new BenchPart(FLAGS, with("rpc-server", common), "");
        List<String> calling = with("rpc-client", common);
        calling.addAll(
                List.of(
                        "--port",
                        Integer.toString(server.port()),
                        "--callers",
                        Integer.toString(callers)));
        this.client = new BenchPart(FLAGS, calling, "");
    }

    RpcWay way() {
        return way;
    }

    /** Calls for so long; the processor time is that of both sides. */
    RpcRound run(Duration length) {
        double before = Double.parseDouble(server.ask("cpu"));
        RpcRound round = RpcRound.parse(client.ask(Long.toString(length.toMillis())));
        return round.and(Double.parseDouble(server.ask("cpu")) - before);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }

    private static List<String> with(String part, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(part));
        all.addAll(arguments);
        return all;
    }
}

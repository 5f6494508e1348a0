package io.feiqian.benchmarks;

import io.feiqian.cli.ExitStatus;
import io.feiqian.observatory.Observatory;
import io.feiqian.observatory.ObservatoryConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.registry.ZooKeeperServer;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.storage.EmbeddedPostgres;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code feiqian bench part}: what {@link BenchPart} starts. Says the port it listens at when it
 * has read its first line, answers each line after it, and ends with its input.
 */
@Command(name = "part", hidden = true, description = "A part of a benchmark; bench starts it.")
final class PartCommand {
    private static final Duration KEPT = Duration.ofDays(2);

    private final BufferedReader questions =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    /** A gateway in front of one cell. */
    @Command(name = "gateway", description = "A gateway in front of one cell.")
    int gateway(
            @Option(names = "--cell", required = true) int cell,
            @Option(names = "--traces-to", defaultValue = "") String tracesTo,
            @Option(names = "--traces-per-second", defaultValue = "0") int perSecond)
            throws IOException {
        String _ = questions.readLine();
        Optional<String> address = Optional.of(tracesTo).filter(each -> !each.isEmpty());
        try (BenchGateway gateway = BenchGateway.start(cell, address, perSecond)) {
            answer(gateway.port(), _ -> "serving");
        }
        return ExitStatus.OK.code();
    }

    /** The way in by a document; ends with a signal, as the role does. */
    @Command(name = "access", description = "The way in by a document.")
    int access(
            @Option(names = "--config", required = true) Path document,
            @Option(names = "--cells", required = true) int cells,
            @Option(names = "--threads", required = true) int threads,
            @Option(names = "--transport", defaultValue = "EPOLL") Transport.Kind transport)
            throws IOException, InterruptedException {
        ProxyConfig config = ProxyConfig.type().parse(Files.readString(document));
        try (BenchAccess access = new BenchAccess(config, threads, cells, transport)) {
            new CountDownLatch(1).await();
        }
        return ExitStatus.OK.code();
    }

    /** An observatory of a database whose password is the first line of the input. */
    @Command(name = "observatory", description = "An observatory of a database.")
    int observatory(
            @Option(names = "--database", required = true) String url,
            @Option(names = "--most-bytes", required = true) long mostBytes)
            throws IOException {
        String password = Optional.ofNullable(questions.readLine()).orElse("");
        MeterRegistry metrics = new SimpleMeterRegistry();
        ObservatoryConfig config =
                new ObservatoryConfig(
                        "127.0.0.1",
                        0,
                        DatabaseConfig.of(url, EmbeddedPostgres.USER, password),
                        mostBytes,
                        KEPT);
        try (Observatory observatory = Observatory.start(config, Clock.system(), metrics)) {
            answer(observatory.port(), _ -> StoreCounts.of(metrics).text());
        }
        return ExitStatus.OK.code();
    }

    /** The side of a call that serves it; says how much processor time it has used. */
    @Command(name = "rpc-server", description = "A server for calls.")
    int rpcServer(
            @Option(names = "--way", required = true) RpcWay way,
            @Option(names = "--case", required = true) RpcCase of,
            @Option(names = "--traces-to", defaultValue = "") String tracesTo,
            @Option(names = "--traces-per-second", defaultValue = "0") int perSecond)
            throws IOException {
        String _ = questions.readLine();
        try (RpcServing serving = way.serve(of, new RpcTelemetry(tracesTo, perSecond))) {
            answer(serving.port(), _ -> Double.toString(ProcessorTime.ownNanos()));
        }
        return ExitStatus.OK.code();
    }

    /** The side that makes calls, for as many milliseconds as it is told. */
    @Command(name = "rpc-client", description = "A client that calls.")
    int rpcClient(
            @Option(names = "--way", required = true) RpcWay way,
            @Option(names = "--case", required = true) RpcCase of,
            @Option(names = "--port", required = true) int port,
            @Option(names = "--callers", required = true) int callers,
            @Option(names = "--traces-to", defaultValue = "") String tracesTo,
            @Option(names = "--traces-per-second", defaultValue = "0") int perSecond)
            throws IOException {
        String _ = questions.readLine();
        try (RpcCalling calling = way.connect(of, port, new RpcTelemetry(tracesTo, perSecond))) {
            RpcLoad load = new RpcLoad(calling, of, callers);
            answer(port, load::run);
        }
        return ExitStatus.OK.code();
    }

    /** A ZooKeeper server; says its processor time and its memory. */
    @Command(name = "registry-server", description = "A registry.")
    int registryServer(@Option(names = "--data", required = true) Path data) throws IOException {
        String _ = questions.readLine();
        try (ZooKeeperServer server =
                ZooKeeperServer.start(ZooKeeperServer.Config.alone(data, "127.0.0.1", 0))) {
            answer(
                    server.port(),
                    asked ->
                            Double.toString(
                                    asked.equals("cpu")
                                            ? ProcessorTime.ownNanos()
                                            : RegistryBench.usedBytes()));
        }
        return ExitStatus.OK.code();
    }

    /** Instances in a registry, of as many services as it is told. */
    @Command(name = "registry-instances", description = "Instances in a registry.")
    int registryInstances(
            @Option(names = "--engine", required = true) RegistryEngine.Kind engine,
            @Option(names = "--address", required = true) String address)
            throws IOException {
        String _ = questions.readLine();
        try (RegistryShare share = new RegistryShare(engine, address)) {
            answer(0, share::grow);
        }
        return ExitStatus.OK.code();
    }

    /** Serves until there are no more questions. */
    @SuppressWarnings("SystemOut") // Its parent reads it.
    private void answer(int port, UnaryOperator<String> state) throws IOException {
        PrintStream answers = System.out;
        answers.println(port);
        answers.flush();
        for (String asked = questions.readLine(); asked != null; asked = questions.readLine()) {
            answers.println(state.apply(asked));
            answers.flush();
        }
    }
}

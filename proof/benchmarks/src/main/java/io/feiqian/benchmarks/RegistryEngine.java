package io.feiqian.benchmarks;

import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.ZooKeeperServer;
import io.feiqian.registry.spi.Registry;
import io.feiqian.registryetcd.EtcdConfig;
import io.feiqian.registryetcd.EtcdRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** A registry's server of the benchmark's own, and connections to it. */
final class RegistryEngine implements AutoCloseable {
    private static final Path ETCD = Path.of("/usr/bin/etcd");
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofSeconds(60);

    private final Kind kind;
    private final Path folder;
    private final String address;
    private final AutoCloseable server;
    private final Optional<Process> process;

    /** Which. */
    @SuppressWarnings("MemberName") // the option's values are the reports' names
    enum Kind {
        zookeeper,
        etcd;

        boolean isThere() {
            return this == zookeeper || Files.isExecutable(ETCD);
        }
    }

    private RegistryEngine(
            Kind kind,
            Path folder,
            String address,
            AutoCloseable server,
            Optional<Process> process) {
        this.kind = kind;
        this.folder = folder;
        this.address = address;
        this.server = server;
        this.process = process;
    }

    static RegistryEngine start(Kind kind) throws IOException {
        Path folder = Files.createTempDirectory("feiqian-bench-registry");
        return switch (kind) {
            case zookeeper -> {
                ZooKeeperServer server =
                        ZooKeeperServer.start(ZooKeeperServer.Config.alone(folder, "127.0.0.1", 0));
                yield new RegistryEngine(kind, folder, server.address(), server, Optional.empty());
            }
            case etcd -> startEtcd(folder);
        };
    }

    private static RegistryEngine startEtcd(Path folder) throws IOException {
        int client = freePort();
        int peer = freePort();
        Process process =
                new ProcessBuilder(
                                ETCD.toString(),
                                "--data-dir=" + folder.resolve("data"),
                                "--listen-client-urls=http://127.0.0.1:" + client,
                                "--advertise-client-urls=http://127.0.0.1:" + client,
                                "--listen-peer-urls=http://127.0.0.1:" + peer,
                                "--initial-advertise-peer-urls=http://127.0.0.1:" + peer,
                                "--initial-cluster=default=http://127.0.0.1:" + peer,
                                "--log-level=error")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        return new RegistryEngine(
                Kind.etcd,
                folder,
                "127.0.0.1:" + client,
                () -> process.destroyForcibly().onExit().join(),
                Optional.of(process));
    }

    String name() {
        return kind.name();
    }

    /** A connection as a process of its own would have, which is made when this returns. */
    Registry connect(String processName) {
        return switch (kind) {
            case zookeeper ->
                    ZooKeeperRegistry.start(
                            new ZooKeeperConfig(
                                    address, Optional.empty(), WAIT, LEASE, Duration.ZERO));
            case etcd ->
                    EtcdRegistry.start(
                            new EtcdConfig(
                                    address,
                                    processName,
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    WAIT,
                                    LEASE,
                                    Duration.ZERO));
        };
    }

    /** Processor time so far, of this process and of the registry's, nanoseconds. */
    double processorNanos() {
        return ProcessorTime.ownNanos()
                + process.flatMap(each -> each.info().totalCpuDuration())
                        .map(Duration::toNanos)
                        .orElse(0L);
    }

    @Override
    public void close() throws Exception {
        server.close();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(each);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}

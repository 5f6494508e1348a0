package io.feiqian.benchmarks;

import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.spi.Registry;
import io.feiqian.registryetcd.EtcdConfig;
import io.feiqian.registryetcd.EtcdRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A registry's server, a process of the benchmark's own, and connections to it. */
final class RegistryEngine implements AutoCloseable {
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final List<String> SERVER_FLAGS = List.of("-Xmx768m", "-XX:+UseSerialGC");

    private final Kind kind;
    private final Path folder;
    private final RegistryServer server;

    /** Which. */
    @SuppressWarnings("MemberName") // the option's values are the reports' names
    enum Kind {
        zookeeper,
        etcd;

        boolean isThere() {
            return this == zookeeper || EtcdProcess.isThere();
        }
    }

    private RegistryEngine(Kind kind, Path folder, RegistryServer server) {
        this.kind = kind;
        this.folder = folder;
        this.server = server;
    }

    static RegistryEngine start(Kind kind) throws IOException {
        Path folder = Files.createTempDirectory("feiqian-bench-registry");
        return new RegistryEngine(
                kind,
                folder,
                switch (kind) {
                    case zookeeper -> new ZooKeeperProcess(folder);
                    case etcd -> EtcdProcess.start(folder);
                });
    }

    String name() {
        return kind.name();
    }

    Kind kind() {
        return kind;
    }

    String address() {
        return server.address();
    }

    /** A connection as a process of its own would have, which is made when this returns. */
    Registry connect(String processName) {
        return connect(kind, server.address(), processName);
    }

    /** A connection to a registry that another process started. */
    static Registry connect(Kind kind, String address, String processName) {
        return switch (kind) {
            case zookeeper ->
                    ZooKeeperRegistry.start(
                            new ZooKeeperConfig(
                                            address, Optional.empty(), WAIT, LEASE, Duration.ZERO)
                                    .named(processName));
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

    /** Processor time of the registry so far, nanoseconds. */
    double processorNanos() {
        return server.processorNanos();
    }

    /** What the registry keeps in memory now, bytes: its heap, or where it has none all of it. */
    double memoryBytes() throws IOException {
        return server.memoryBytes();
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

    /** A server that is a process. */
    interface RegistryServer extends AutoCloseable {
        String address();

        double processorNanos();

        double memoryBytes() throws IOException;
    }

    /** ZooKeeper, as the role {@code registry} has it. */
    private static final class ZooKeeperProcess implements RegistryServer {
        private final BenchPart part;

        ZooKeeperProcess(Path folder) {
            part =
                    new BenchPart(
                            SERVER_FLAGS,
                            List.of("registry-server", "--data", folder.resolve("data").toString()),
                            "");
        }

        @Override
        public String address() {
            return "127.0.0.1:" + part.port();
        }

        @Override
        public double processorNanos() {
            return Double.parseDouble(part.ask("cpu"));
        }

        @Override
        public double memoryBytes() {
            return Double.parseDouble(part.ask("memory"));
        }

        @Override
        public void close() {
            part.close();
        }
    }
}

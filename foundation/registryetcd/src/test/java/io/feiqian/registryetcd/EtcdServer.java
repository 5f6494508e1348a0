package io.feiqian.registryetcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A process of the machine's own etcd. */
final class EtcdServer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/etcd");

    private final Process process;
    private final int port;

    private EtcdServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Why tests are skipped where it is not there. */
    static final String MISSING = "no etcd on this machine (package etcd-server): not tried";

    static boolean isThere() {
        return Files.isExecutable(PROGRAM);
    }

    /** A server alone. */
    static EtcdServer start(Path data, int port) throws IOException {
        return member(data, 0, new int[] {port}, freePorts(1));
    }

    /** A server alone that shows a certificate, and asks everybody for one that it knows. */
    static EtcdServer overTls(Path data, int port, EtcdConfig.Tls own, Path clients)
            throws IOException {
        Files.createDirectories(data.getParent());
        String client = "https://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + freePorts(1)[0];
        return new EtcdServer(
                new ProcessBuilder(
                                PROGRAM.toString(),
                                "--name=m0",
                                "--data-dir=" + data,
                                "--listen-client-urls=" + client,
                                "--advertise-client-urls=" + client,
                                "--listen-peer-urls=" + peer,
                                "--initial-advertise-peer-urls=" + peer,
                                "--initial-cluster=m0=" + peer,
                                "--cert-file=" + own.certificate(),
                                "--key-file=" + own.key(),
                                "--client-cert-auth",
                                "--trusted-ca-file=" + clients,
                                "--logger=zap",
                                "--log-level=error")
                        .redirectErrorStream(true)
                        .redirectOutput(data.resolveSibling(data.getFileName() + ".out").toFile())
                        .start(),
                port);
    }

    /** One of several members. */
    static EtcdServer member(Path data, int number, int[] ports, int[] peers) throws IOException {
        String cluster =
                IntStream.range(0, peers.length)
                        .mapToObj(i -> "m" + i + "=http://127.0.0.1:" + peers[i])
                        .collect(Collectors.joining(","));
        String client = "http://127.0.0.1:" + ports[number];
        String peer = "http://127.0.0.1:" + peers[number];
        Files.createDirectories(data.getParent());
        List<String> command =
                List.of(
                        PROGRAM.toString(),
                        "--name=m" + number,
                        "--data-dir=" + data,
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=" + cluster,
                        "--logger=zap",
                        "--log-level=error");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(data.resolveSibling(data.getFileName() + ".out").toFile())
                        .start();
        return new EtcdServer(process, ports[number]);
    }

    static int[] freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            for (ServerSocket each : held) {
                each.close();
            }
        }
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    /** Ends it as a machine that fails would. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}

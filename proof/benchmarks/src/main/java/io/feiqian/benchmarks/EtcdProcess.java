package io.feiqian.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The machine's own etcd, alone. */
final class EtcdProcess implements RegistryEngine.RegistryServer {
    private static final Path PROGRAM = Path.of("/usr/bin/etcd");
    private static final int KILO = 1_024;

    private final Process process;
    private final String address;

    private EtcdProcess(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    static boolean isThere() {
        return Files.isExecutable(PROGRAM);
    }

    static EtcdProcess start(Path folder) throws IOException {
        int client = freePort();
        int peer = freePort();
        Process process =
                new ProcessBuilder(
                                PROGRAM.toString(),
                                "--data-dir=" + folder.resolve("data"),
                                "--listen-client-urls=http://127.0.0.1:" + client,
                                "--advertise-client-urls=http://127.0.0.1:" + client,
                                "--listen-peer-urls=http://127.0.0.1:" + peer,
                                "--initial-advertise-peer-urls=http://127.0.0.1:" + peer,
                                "--initial-cluster=default=http://127.0.0.1:" + peer,
                                "--log-level=error")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("etcd.out").toFile())
                        .start();
        return new EtcdProcess(process, "127.0.0.1:" + client);
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public double processorNanos() {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }

    /** Its resident set, as the kernel counts it. */
    @Override
    public double memoryBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return KILO * Double.parseDouble(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("etcd's memory is not told (expected: a line VmRSS)");
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}

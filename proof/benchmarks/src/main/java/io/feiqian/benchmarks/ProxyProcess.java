package io.feiqian.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A proxy or a server with its children, and what the kernel says of them. For one thread. */
final class ProxyProcess implements AutoCloseable {
    private static final int KILO = 1_024;
    private static final long STOP_SECONDS = 5;
    private static final Pattern PAUSE = Pattern.compile("Pause.* ([0-9.]+)ms$");

    private final Process process;
    private final int port;
    private final Path output;
    private final Optional<Path> pauses;
    private int linesBefore;

    private ProxyProcess(Process process, int port, Path output, Optional<Path> pauses) {
        this.process = process;
        this.port = port;
        this.output = output;
        this.pauses = pauses;
    }

    /** Starts this command, which will listen at this port; what it says goes to a file. */
    static ProxyProcess start(List<String> command, int port, Path folder) throws IOException {
        return start(command, port, folder, Optional.empty());
    }

    /** The same for a JVM, which writes the pauses of its collector to a file of its own. */
    static ProxyProcess start(List<String> command, int port, Path folder, Optional<Path> pauses)
            throws IOException {
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        return new ProxyProcess(process, port, output, pauses);
    }

    /** A port of this machine that nobody listens at. */
    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The end of what it said, for whoever has to explain why it ended. */
    String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(output);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    /** Processor time of the process and its children so far, as {@code /proc} counts it. */
    double processorNanos() {
        return all().mapToDouble(
                        each -> each.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
    }

    /** The most memory they ever had resident, together; bytes. */
    double mostBytes() throws IOException {
        double sum = 0;
        for (ProcessHandle each : all().toList()) {
            for (String line : Files.readAllLines(Path.of("/proc/" + each.pid() + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    sum += KILO * Double.parseDouble(line.replaceAll("[^0-9]", ""));
                }
            }
        }
        return sum;
    }

    /** It answers from now on: what its collector did before held nobody up. */
    void serves() throws IOException {
        linesBefore = pauses.isEmpty() ? 0 : Files.readAllLines(pauses.get()).size();
    }

    /** The longest pause of its collector since it serves, milliseconds; 0 for what has none. */
    double longestPauseMillis() throws IOException {
        if (pauses.isEmpty()) {
            return 0;
        }
        List<String> lines = Files.readAllLines(pauses.get());
        return longestPause(lines.subList(linesBefore, lines.size()));
    }

    /** The longest pause in the lines that {@code -Xlog:gc} writes, milliseconds. */
    static double longestPause(List<String> lines) {
        return lines.stream()
                .map(PAUSE::matcher)
                .filter(Matcher::find)
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .max()
                .orElse(0);
    }

    @Override
    public void close() {
        List<ProcessHandle> all = all().toList();
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                all.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException interrupted) {
            all.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }

    private Stream<ProcessHandle> all() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }
}

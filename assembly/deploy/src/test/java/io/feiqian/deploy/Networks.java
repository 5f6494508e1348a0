package io.feiqian.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Machines with networks of their own inside this one (network namespaces), and the processes in
 * them; all of it ends with {@link #close}. For one thread.
 */
final class Networks implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final String prefix = "fq" + ProcessHandle.current().pid() + "-";
    private final List<String> machines = new ArrayList<>();
    private final Map<String, Process> processes = new LinkedHashMap<>();

    /** Below {@code /run}, where only root may write: keepalived wants that of its scripts. */
    private final Path folder;

    private Networks(Path folder) {
        this.folder = folder;
    }

    /** Why this machine cannot have networks of its own, or lacks a program; empty when it can. */
    static Optional<String> missing(Map<String, String> packagesByProgram) {
        for (Map.Entry<String, String> each : packagesByProgram.entrySet()) {
            if (Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")
                    .noneMatch(in -> Files.isExecutable(Path.of(in, each.getKey())))) {
                return Optional.of(
                        "%s is not there (Debian package %s)"
                                .formatted(each.getKey(), each.getValue()));
            }
        }
        try (Networks tried = create()) {
            tried.machine("try");
            tried.cable("try", "eth0", "try", "eth1");
            return Optional.empty();
        } catch (IOException refused) {
            return Optional.of(
                    "this machine allows no network namespaces: " + refused.getMessage());
        }
    }

    static Networks create() throws IOException {
        Path run = Path.of("/run");
        if (!Files.isWritable(run)) {
            throw new IOException("/run cannot be written (expected: root)");
        }
        return new Networks(Files.createTempDirectory(run, "feiqian-ha"));
    }

    Path folder() {
        return folder;
    }

    /** A new machine whose loopback is up. */
    void machine(String name) throws IOException {
        ip("netns", "add", prefix + name);
        machines.add(name);
        on(name, "link", "set", "lo", "up");
    }

    /** A cable between two machines; both ends are up. */
    void cable(String one, String oneEnd, String other, String otherEnd) throws IOException {
        ip(
                "link",
                "add",
                oneEnd,
                "netns",
                prefix + one,
                "type",
                "veth",
                "peer",
                "name",
                otherEnd,
                "netns",
                prefix + other);
        on(one, "link", "set", oneEnd, "up");
        on(other, "link", "set", otherEnd, "up");
    }

    /** {@code ip} with these arguments on that machine. */
    void on(String machine, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("-n", prefix + machine));
        all.addAll(List.of(arguments));
        ip(all.toArray(String[]::new));
    }

    /** Sets a switch of the kernel on that machine, {@code net/ipv4/ip_forward}. */
    void set(String machine, String what, String value) throws IOException {
        run(inside(machine, List.of("sh", "-c", "echo " + value + " > /proc/sys/" + what)));
    }

    /** Starts a process on that machine; what it says goes to a file of its name. */
    Process start(String machine, String name, List<String> command) throws IOException {
        return start(machine, name, command, Map.of());
    }

    /** The same with more in its environment. */
    Process start(
            String machine, String name, List<String> command, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(inside(machine, command));
        builder.environment().putAll(environment);
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log(name).toFile()).start();
        processes.put(name, process);
        return process;
    }

    /** Starts a process on that machine which is talked to by its input and output. */
    Process talk(String machine, String name, List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(inside(machine, command))
                        .redirectError(log(name).toFile())
                        .start();
        processes.put(name, process);
        return process;
    }

    /** This class's main in a small JVM. */
    static List<String> java(Class<?> main, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                System.getProperty("java.home") + "/bin/java",
                                "-Xmx48m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Ends a process with signal 9, and waits until it is gone. */
    void kill(String name) throws InterruptedException {
        Process process = processes.remove(name);
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** What this process said so far. */
    String said(String name) throws IOException {
        return Files.exists(log(name)) ? Files.readString(log(name)) : "";
    }

    @Override
    public void close() throws IOException {
        processes
                .values()
                .forEach(each -> {
                    each.descendants().forEach(ProcessHandle::destroyForcibly);
                    each.destroyForcibly();
                });
        for (Process each : processes.values()) {
            each.onExit().join();
        }
        for (String each : machines) {
            ip("netns", "del", prefix + each);
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(each);
            }
        }
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private List<String> inside(String machine, List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", prefix + machine));
        all.addAll(command);
        return all;
    }

    private static void ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        run(command);
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(
                        String.join(" ", command) + ": " + said.strip() + " (expected: done)");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}

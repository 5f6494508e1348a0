package io.feiqian.chaos;

import io.feiqian.cli.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One instance of a service, as a process that is started, killed and held. Thread-safe. */
final class ServiceInstance implements AutoCloseable {
    private static final List<String> FLAGS =
            List.of(
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xshare:auto",
                    "-Dsun.net.httpserver.nodelay=true",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final ServiceConfig config;
    private final Path file;
    private final Path log;

    /** Guarded by this. */
    private Optional<Process> process = Optional.empty();

    /** Guarded by this; one that ended for good is never started again. */
    private boolean ended;

    ServiceInstance(ServiceConfig config, Path folder) throws IOException {
        this.config = config;
        this.file = folder.resolve(config.name() + ".json");
        this.log = folder.resolve(config.name() + ".log");
        Files.writeString(file, Wire.write(config));
    }

    ServiceConfig config() {
        return config;
    }

    /** Starts it, unless it runs or ended for good. */
    synchronized void start() {
        if (ended || isAlive()) {
            return;
        }
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(FLAGS);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ServiceProcess.class.getName());
        command.add(file.toString());
        try {
            process =
                    Optional.of(
                            new ProcessBuilder(command)
                                    .redirectErrorStream(true)
                                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                                    .start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    synchronized boolean isAlive() {
        return process.filter(Process::isAlive).isPresent();
    }

    /** Whether it is never started again. */
    synchronized boolean hasEnded() {
        return ended;
    }

    synchronized long pid() {
        return process.map(Process::pid).orElse(0L);
    }

    /** Ends it with no chance to clean up. */
    synchronized void kill() {
        process.ifPresent(each -> each.destroyForcibly().onExit().join());
    }

    /** The same, for good. */
    synchronized void end() {
        ended = true;
        kill();
    }

    /** Holds it, or lets it go on. */
    void send(Signal signal) throws InterruptedException {
        try {
            if (isAlive()) {
                signal.send(pid());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        end();
    }
}

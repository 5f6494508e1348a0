package io.feiqian.server;

import io.feiqian.cli.Executable;
import io.feiqian.cli.ProcessEntry.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A role of the executable as a child process. The child says {@value RoleProcess#READY} on its
 * standard output when it serves, and ends when its standard input does, so that it never outlives
 * its supervisor.
 */
record RoleUnit(
        String name,
        Role role,
        String cell,
        String address,
        List<String> flags,
        List<String> arguments,
        Path log)
        implements Unit {
    private static final long READY_SECONDS = 120;
    private static final long STOP_SECONDS = 20;
    private static final int LOG_LINES_SHOWN = 6;

    @Override
    public Running start() throws IOException, InterruptedException {
        long logStart = Files.exists(log) ? Files.size(log) : 0;
        Process process =
                new ProcessBuilder(Executable.command(flags, arguments))
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        // A platform thread: reading a pipe holds on to the carrier of a virtual one.
        Thread.ofPlatform().daemon().name("ready-" + name).start(() -> readReports(process, ready));
        try {
            if (ready.get(READY_SECONDS, TimeUnit.SECONDS)) {
                return new Child(process);
            }
            process.waitFor();
            throw new IOException(
                    "%s ended with exit code %d; its log %s says:%n%s"
                            .formatted(name, process.exitValue(), log, sayings(logStart)));
        } catch (TimeoutException late) {
            process.destroyForcibly();
            throw new IOException(
                    "%s was not ready after %d s; its log %s says:%n%s"
                            .formatted(name, READY_SECONDS, log, sayings(logStart)),
                    late);
        } catch (ExecutionException failed) {
            process.destroyForcibly();
            throw new IOException(name + " could not be watched: " + failed.getCause(), failed);
        } catch (InterruptedException stopping) {
            process.destroyForcibly();
            throw stopping;
        }
    }

    private static void readReports(Process process, CompletableFuture<Boolean> ready) {
        try (BufferedReader reports = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reports.readLine(); line != null; line = reports.readLine()) {
                if (line.equals(RoleProcess.READY)) {
                    ready.complete(true);
                }
            }
            ready.complete(false);
        } catch (IOException gone) {
            ready.complete(false);
        }
    }

    private String sayings(long from) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        byte[] all = Files.readAllBytes(log);
        int start = (int) Math.min(from, all.length);
        List<String> lines =
                new String(all, start, all.length - start, StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.startsWith("\tat ") && !line.isBlank())
                        .toList();
        return String.join(
                System.lineSeparator(), lines.subList(0, Math.min(LOG_LINES_SHOWN, lines.size())));
    }

    private record Child(Process process) implements Running {
        @Override
        public ProcessHandle handle() {
            return process.toHandle();
        }

        @Override
        public void stop() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
        }
    }
}

package io.feiqian.benchmarks;

import io.feiqian.cli.Executable;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A part of the system in a process of its own, so that its processor time is its own: a gateway or
 * an observatory, in a JVM with the flags that {@code dev} gives it. It ends with this process at
 * the latest. For one thread.
 */
final class BenchPart implements AutoCloseable {
    /** What {@code dev} starts gateways with. */
    static final List<String> GATEWAY_FLAGS =
            List.of("-Xms48m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private static final long STOP_SECONDS = 15;

    private final Process process;
    private final BufferedWriter questions;
    private final BufferedReader answers;
    private final int port;

    /**
     * Starts one and waits until it serves.
     *
     * @param flags of its JVM
     * @param arguments after {@code bench part}
     * @param secret the first line that it reads; nobody else sees it
     */
    BenchPart(List<String> flags, List<String> arguments, String secret) {
        List<String> command = new ArrayList<>(List.of("bench", "part"));
        command.addAll(arguments);
        try {
            process =
                    new ProcessBuilder(Executable.command(flags, command))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
        } catch (IOException failed) {
            throw new UncheckedIOException("a part of the benchmark cannot be started", failed);
        }
        questions =
                new BufferedWriter(
                        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        port = Integer.parseInt(ask(secret));
    }

    /** Where it listens. */
    int port() {
        return port;
    }

    /** What it says to this. */
    String ask(String question) {
        try {
            questions.write(question + "\n");
            questions.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException(
                        "a part of the benchmark ended (expected: not yet)");
            }
            return answer;
        } catch (IOException gone) {
            throw new UncheckedIOException("a part of the benchmark does not answer", gone);
        }
    }

    /** Processor time that it has used so far. */
    Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Tells it to end, and waits. */
    @Override
    public void close() {
        try {
            questions.close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException gone) {
            process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

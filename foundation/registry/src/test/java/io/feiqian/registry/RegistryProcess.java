package io.feiqian.registry;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A registry that is a process of its own, so that it can be killed as one. */
public final class RegistryProcess implements AutoCloseable {
    private static final String SAYS = "registry at port ";

    private final Process process;
    private final int port;

    private RegistryProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts one with its data in this folder; serves when this returns. */
    public static RegistryProcess start(Path folder) throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                RegistryProcess.class.getName(),
                                folder.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(SAYS)) {
                return new RegistryProcess(
                        process, Integer.parseInt(line.substring(SAYS.length())));
            }
        }
        throw new IOException("the registry's process ended with " + process.exitValue());
    }

    /** Where clients find it, as {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Kills it, which gives it no chance to say anything to anybody. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the registry's process lives on");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The process: ends with whoever started it. */
    public static void main(String[] folder) throws IOException {
        ZooKeeperServer server =
                ZooKeeperServer.start(
                        ZooKeeperServer.Config.alone(Path.of(folder[0]), "127.0.0.1", 0));
        System.err.println(SAYS + server.port());
        while (System.in.read() >= 0) {
            // Until the other end is gone.
        }
        server.close();
    }
}

package io.feiqian.chaos;

import io.feiqian.cli.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * HAProxy in the place of our gateway, by which the judge is tried: one set up well, or one that
 * repeats POSTs. Has no live documents and no datagrams.
 */
final class HaproxyGateway implements TriedGateway {
    private static final String PROBLEM =
            "{\\\"status\\\":%d,\\\"code\\\":%d,\\\"name\\\":\\\"%s\\\"}";

    private final Path folder;
    private final GatewayPorts ports;
    private Optional<Process> process = Optional.empty();

    HaproxyGateway(Path folder, GatewayPorts ports, List<WayInBackend> backends, boolean repeats)
            throws IOException {
        this.folder = folder;
        this.ports = ports;
        String http =
                backends.stream()
                        .map(each ->
                                "  server %s 127.0.0.1:%d\n".formatted(each.name(), each.port()))
                        .collect(Collectors.joining());
        String tcp =
                backends.stream()
                        .map(each ->
                                "  server %s 127.0.0.1:%d\n"
                                        .formatted(each.name(), each.echoPort()))
                        .collect(Collectors.joining());
        Files.writeString(
                folder.resolve("haproxy.cfg"),
                """
                defaults
                  mode http
                  timeout connect 500ms
                  timeout client 30s
                  timeout server 1500ms
                  timeout http-request 3s
                  retries 2
                  option redispatch 1
                  retry-on all-retryable-errors
                  http-error status 502 content-type application/problem+json string "%s"
                  http-error status 503 content-type application/problem+json string "%s"
                  http-error status 504 content-type application/problem+json string "%s"
                  default-server check inter 500ms rise 2 fall 2
                frontend web
                  bind 127.0.0.1:%d
                  option http-buffer-request
                  http-request return status 200 content-type text/plain string 1 if { path /version }
                  default_backend web
                backend web
                  http-reuse never
                  option httpchk GET %s
                %s%slisten lines
                  mode tcp
                  retry-on conn-failure
                  bind 127.0.0.1:%d
                %s\
                """
                        .formatted(
                                PROBLEM.formatted(502, 5001, "UNKNOWN"),
                                PROBLEM.formatted(503, 5001, "UNKNOWN"),
                                PROBLEM.formatted(504, 5001, "UNKNOWN"),
                                ports.http(),
                                WayInBackend.PING,
                                repeats ? "" : "  http-request disable-l7-retry if METH_POST\n",
                                http,
                                ports.tcp(),
                                tcp));
    }

    @Override
    public GatewayPorts ports() {
        return ports;
    }

    @Override
    public void start() throws IOException {
        process =
                Optional.of(
                        new ProcessBuilder("haproxy", "-db", "-f", "haproxy.cfg")
                                .directory(folder.toFile())
                                .redirectErrorStream(true)
                                .redirectOutput(folder.resolve("haproxy.log").toFile())
                                .start());
    }

    @Override
    public void kill() {
        process.ifPresent(each -> each.destroyForcibly().onExit().join());
    }

    @Override
    public boolean stop(Duration patience) throws InterruptedException {
        try {
            Signal.TERM.send(pid());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return process.isEmpty()
                || process.get().waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean isAlive() {
        return process.filter(Process::isAlive).isPresent();
    }

    @Override
    public long pid() {
        return process.map(Process::pid).orElse(0L);
    }

    @Override
    public Path accessLog() {
        return folder.resolve("haproxy.log");
    }

    @Override
    public int publish() {
        return 1;
    }

    @Override
    public void publishNonsense() {
        throw new UnsupportedOperationException("it has no live documents");
    }

    @Override
    public void publishUnusable() {
        throw new UnsupportedOperationException("it has no live documents");
    }

    @Override
    public boolean distribute() {
        return true;
    }

    @Override
    public void endRegistry() {
        throw new UnsupportedOperationException("it has no registry");
    }

    @Override
    public void beginRegistry() {
        throw new UnsupportedOperationException("it has no registry");
    }

    @Override
    public void close() {
        kill();
    }
}

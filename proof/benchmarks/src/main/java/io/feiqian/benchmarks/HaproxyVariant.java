package io.feiqian.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * HAProxy in front of the servers: least connections and health checks. The plain one is the
 * baseline and writes no access log, which is the harder one to compare with; the other one writes
 * a line for each request as ours does, and over layer 4 moves bytes in the kernel where it can.
 */
enum HaproxyVariant implements GatewayVariant {
    /** The baseline. */
    PLAIN("haproxy"),
    /** With an access log; with splicing over layer 4. */
    FULL("haproxy-full");

    private final String text;

    HaproxyVariant(String text) {
        this.text = text;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public boolean does(ProxyCase of) {
        return true;
    }

    @Override
    public Optional<String> missing(ProxyCase of) {
        return Program.HAPROXY.missing();
    }

    @Override
    public ProxyProcess start(Plan plan) throws IOException {
        int port = ProxyProcess.freePort();
        Path file =
                Files.writeString(plan.folder().resolve("haproxy.cfg"), configuration(plan, port));
        return ProxyProcess.start(
                List.of(Program.HAPROXY.orName(), "-db", "-f", file.toString()),
                port,
                plan.folder());
    }

    private String configuration(Plan plan, int port) {
        boolean layer7 = plan.of().layer7();
        String servers =
                IntStream.range(0, plan.backends().size())
                        .mapToObj(i ->
                                "  server s%d 127.0.0.1:%d check inter 1s fall 3 rise 2%n"
                                        .formatted(i, plan.backends().get(i)))
                        .collect(Collectors.joining());
        return """
        global
          maxconn 4096
          nbthread %d
        %sdefaults
          mode %s
          timeout connect 2s
          timeout client 60s
          timeout server 60s
        %sfrontend entry
          bind 127.0.0.1:%d
          default_backend servers
        backend servers
          balance leastconn
        %s%s\
        """
                .formatted(
                        plan.threads(),
                        log(layer7, "  log stdout format raw local0\n"),
                        layer7 ? "http" : "tcp",
                        log(layer7, "  option httplog\n  log global\n") + splice(layer7),
                        port,
                        layer7 ? "  option httpchk GET /\n" : "",
                        servers);
    }

    private String log(boolean layer7, String lines) {
        return this == FULL && layer7 ? lines : "";
    }

    private String splice(boolean layer7) {
        return this == FULL && !layer7 ? "  option splice-auto\n" : "";
    }
}

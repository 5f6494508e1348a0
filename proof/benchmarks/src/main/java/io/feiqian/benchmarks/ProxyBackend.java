package io.feiqian.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The servers behind the proxies: one nginx that listens at several ports and answers at each with
 * 512 bytes, and with the port in a header; {@code /bulk} is 16 MiB.
 */
final class ProxyBackend implements AutoCloseable {
    /** Which of the servers answered. */
    static final String PORT_HEADER = "X-Backend";

    static final int BULK_BYTES = 16 << 20;
    private static final int ANSWER_BYTES = 512;

    private final List<Integer> ports;
    private final ProxyProcess nginx;

    private ProxyBackend(List<Integer> ports, ProxyProcess nginx) {
        this.ports = ports;
        this.nginx = nginx;
    }

    static ProxyBackend start(int most, int threads, Path folder) throws IOException {
        List<Integer> ports = new ArrayList<>();
        StringBuilder servers = new StringBuilder();
        for (int i = 0; i < most; i++) {
            int port = ProxyProcess.freePort();
            ports.add(port);
            servers.append(
                    """
                      server {
                        listen 127.0.0.1:%d reuseport backlog=4096;
                        add_header %s %d;
                        location / { return 200 "%s"; }
                        location = /bulk { root "%s"; }
                      }
                    """
                            .formatted(port, PORT_HEADER, port, "x".repeat(ANSWER_BYTES), folder));
        }
        Files.write(folder.resolve("bulk"), new byte[BULK_BYTES]);
        String http =
                """
                http {
                  access_log off;
                  sendfile on;
                  keepalive_timeout 1h;
                  keepalive_requests 1000000000;
                %s%s}
                """
                        .formatted(NginxVariant.temporary(folder), servers);
        return new ProxyBackend(
                Collections.unmodifiableList(ports),
                NginxVariant.start(folder, threads, http, ports.getFirst()));
    }

    /** The ports of the first so many servers. */
    List<Integer> ports(int count) {
        return ports.subList(0, count);
    }

    ProxyProcess process() {
        return nginx;
    }

    @Override
    public void close() {
        nginx.close();
    }
}

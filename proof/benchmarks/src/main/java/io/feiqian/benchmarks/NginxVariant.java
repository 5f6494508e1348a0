package io.feiqian.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** nginx in front of the servers: least connections, connections kept, failures noticed. */
final class NginxVariant implements GatewayVariant {
    @Override
    public String text() {
        return "nginx";
    }

    @Override
    public boolean does(ProxyCase of) {
        return true;
    }

    @Override
    public Optional<String> missing(ProxyCase of) {
        return Program.NGINX
                .missing()
                .or(() -> of.layer7() ? Optional.empty() : Program.NGINX_STREAM.missing());
    }

    @Override
    public ProxyProcess start(Plan plan) throws IOException {
        int port = ProxyProcess.freePort();
        return start(
                plan.folder(),
                plan.threads(),
                plan.of().layer7() ? http(plan, port) : stream(plan, port),
                port);
    }

    /** Starts an nginx with this as its configuration, in the foreground. */
    static ProxyProcess start(Path folder, int threads, String configuration, int port)
            throws IOException {
        String main =
                """
                %sdaemon off;
                user root;
                worker_processes %d;
                pid "%s/pid";
                error_log "%s/errors";
                events { worker_connections 4096; }
                %s\
                """
                        .formatted(modules(configuration), threads, folder, folder, configuration);
        Path file = Files.writeString(folder.resolve("nginx.conf"), main);
        return ProxyProcess.start(
                List.of(
                        Program.NGINX.orName(),
                        "-p",
                        folder.toString(),
                        "-e",
                        folder.resolve("errors").toString(),
                        "-c",
                        file.toString()),
                port,
                folder);
    }

    /** Where it keeps what does not fit into its memory: in this folder and nowhere else. */
    static String temporary(Path folder) {
        return Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(each -> "  %s_temp_path \"%s/%s\";%n".formatted(each, folder, each))
                .collect(Collectors.joining());
    }

    private static String modules(String configuration) {
        return configuration.startsWith("stream")
                ? "load_module \"" + Program.NGINX_STREAM.orName() + "\";\n"
                : "";
    }

    private static String servers(Plan plan) {
        return plan.backends().stream()
                .map(each ->
                        "    server 127.0.0.1:%d max_fails=1 fail_timeout=1s;%n".formatted(each))
                .collect(Collectors.joining());
    }

    private static String http(Plan plan, int port) {
        return """
        http {
          access_log off;
          keepalive_timeout 1h;
          keepalive_requests 1000000000;
        %s  upstream backends {
            least_conn;
        %s    keepalive 64;
            keepalive_requests 1000000000;
          }
          server {
            listen 127.0.0.1:%d backlog=4096;
            location / {
              proxy_pass http://backends;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
            }
          }
        }
        """
                .formatted(temporary(plan.folder()), servers(plan), port);
    }

    private static String stream(Plan plan, int port) {
        return """
        stream {
          upstream backends {
            least_conn;
        %s  }
          server {
            listen 127.0.0.1:%d backlog=4096;
            proxy_pass backends;
          }
        }
        """
                .formatted(servers(plan), port);
    }
}

package io.feiqian.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** {@code wrk} with its connections, each of which waits for its answer. For one thread. */
final class ProxyLoad {
    private static final int CONNECTIONS = 64;

    /** Of large answers fewer are under way: each is 16 MiB. */
    private static final int BULK_CONNECTIONS = 8;

    /** How many customers there are in the bodies; every cell has some of them. */
    static final int CUSTOMERS = 256;

    private static final String DONE =
            """
            done = function(summary, latency, requests)
              local e = summary.errors
              print(string.format("seen %d %d %d %d %.0f %.0f", summary.requests, summary.bytes,
                summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
                latency:percentile(50), latency:percentile(99)))
            end
            """;

    /** Of 9,900 slots of customers every one in so many is asked for. */
    static final int SLOTS_APART = 38;

    /** What a request for a cell says; {@code %04d} is the customer's slot. */
    static final String BODY =
            "{\"customer\":\"%04d0000000042\",\"amount\":\"12.50\",\"currency\":\"CNY\",\"purpose\":\"rent\"}";

    private final ProxyCase of;
    private final int threads;
    private final Path script;

    ProxyLoad(ProxyCase of, int threads, Path folder) throws IOException {
        this.of = of;
        this.threads = threads;
        this.script = Files.writeString(folder.resolve(of.text() + ".lua"), script(of));
    }

    static int connections(ProxyCase of) {
        return of == ProxyCase.TCP_BULK ? BULK_CONNECTIONS : CONNECTIONS;
    }

    /** Loads a proxy for so long, and says what came of it and what it cost. */
    ProxyRound run(ProxyProcess proxy, Duration length) throws IOException, InterruptedException {
        double before = proxy.processorNanos();
        Process wrk =
                new ProcessBuilder(
                                Program.WRK.orName(),
                                "-t" + threads,
                                "-c" + connections(of),
                                "-d" + length.toSeconds() + "s",
                                "--timeout",
                                "20s",
                                "-s",
                                script.toString(),
                                "http://127.0.0.1:" + proxy.port() + path(of))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = wrk.waitFor();
        double used = proxy.processorNanos() - before;
        if (!proxy.isAlive()) {
            throw new IOException("the proxy ended under load: " + proxy.lastWords());
        }
        return said.lines()
                .filter(line -> line.startsWith("seen "))
                .findFirst()
                .map(line -> ProxyRound.parse(line.substring("seen ".length()), used))
                .orElseThrow(() ->
                        new IOException(
                                "wrk returned %d and said: %s (expected: what it saw)"
                                        .formatted(status, said)));
    }

    private static String path(ProxyCase of) {
        return of == ProxyCase.TCP_BULK ? "/bulk" : "/";
    }

    private static String script(ProxyCase of) {
        return switch (of) {
            case HTTP, TCP_BULK -> DONE;
            case HTTP_CELL -> cells() + DONE;
            case TCP_CONNECT -> "wrk.headers[\"Connection\"] = \"close\"\n" + DONE;
        };
    }

    /** Requests that are text already cost wrk nothing but the copying. */
    private static String cells() {
        return """
        local all = {}
        local next = 0
        init = function(args)
          wrk.method = "POST"
          wrk.headers["Content-Type"] = "application/json"
          for i = 0, %d do
            all[i] = wrk.format(nil, nil, nil, string.format('%s', i * %d))
          end
        end
        request = function()
          next = (next + 1) %% %d
          return all[next]
        end
        """
                .formatted(CUSTOMERS - 1, BODY, SLOTS_APART, CUSTOMERS);
    }
}

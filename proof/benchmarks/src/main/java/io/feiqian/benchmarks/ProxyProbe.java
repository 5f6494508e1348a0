package io.feiqian.benchmarks;

import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Sees that a proxy does what it is measured for, before it is measured. For one thread. */
final class ProxyProbe implements AutoCloseable {
    private static final Duration BETWEEN = Duration.ofMillis(100);
    private static final int TRIES = 300;
    private static final int GOOD = 200;

    private final Timer timer;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    ProxyProbe(Timer timer) {
        this.timer = timer;
    }

    /** Waits until the right answer comes from this port. */
    void awaitAnswer(ProxyProcess process, int port) throws IOException, InterruptedException {
        String last = "nothing";
        for (int i = 0; i < TRIES; i++) {
            if (!process.isAlive()) {
                throw new IOException("it ended (expected: not yet): " + process.lastWords());
            }
            try {
                HttpResponse<String> answer = answer(request(port, 0));
                if (answer.statusCode() == GOOD) {
                    return;
                }
                last = answer.statusCode() + " " + answer.body();
            } catch (IOException notYet) {
                last = notYet.toString();
            }
            timer.pause(BETWEEN);
        }
        throw new IOException(
                "no right answer from port %d, but %s; it says: %s"
                        .formatted(port, last, process.lastWords()));
    }

    /** Sees that each customer has one server, and that each server has some of them. */
    void checkCells(int port, List<Integer> backends) throws IOException, InterruptedException {
        Set<String> met = new HashSet<>();
        for (int customer = 0; customer < ProxyLoad.CUSTOMERS; customer++) {
            String first = cell(port, customer);
            String second = cell(port, customer);
            if (!first.equals(second)) {
                throw new IOException(
                        "customer %d is served by %s and %s (expected: by one cell)"
                                .formatted(customer, first, second));
            }
            met.add(first);
        }
        if (met.size() != backends.size()) {
            throw new IOException("cells: %s (expected: %s)".formatted(met, backends));
        }
    }

    private String cell(int port, int customer) throws IOException, InterruptedException {
        HttpResponse<String> answer = answer(request(port, customer));
        return answer.headers()
                .firstValue(ProxyBackend.PORT_HEADER)
                .orElseThrow(() ->
                        new IOException(
                                "customer %d: %d %s (expected: an answer of a server)"
                                        .formatted(customer, answer.statusCode(), answer.body())));
    }

    private HttpResponse<String> answer(HttpRequest request)
            throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** What every proxy passes on in every case. */
    private static HttpRequest request(int port, int customer) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .timeout(Duration.ofSeconds(5))
                .header("Content-Type", "application/json")
                .POST(
                        HttpRequest.BodyPublishers.ofString(
                                ProxyLoad.BODY.formatted(customer * ProxyLoad.SLOTS_APART)))
                .build();
    }

    @Override
    public void close() {
        client.close();
    }
}

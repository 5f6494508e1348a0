package io.feiqian.chaos;

import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks instances of services for transactions, as a client would. Thread-safe. */
final class ServicesClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final ServicesUnderTest services;
    private final Map<String, AtomicInteger> underWay = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    ServicesClient(ServicesUnderTest services) {
        this.services = services;
    }

    /** Asks the instance that a number chooses among the initiator's that have not ended. */
    OutcomeCode ask(GlobalRequest request, int choice) throws InterruptedException {
        List<ServiceInstance> instances =
                services.service(request.initiator()).instances().stream()
                        .filter(each -> !each.hasEnded())
                        .toList();
        return ask(request, instances.get(choice % instances.size()));
    }

    /** Asks two instances at once, records both answers, and says the better one. */
    OutcomeCode askBoth(GlobalRequest request, int choice, GlobalLedger ledger)
            throws InterruptedException {
        CompletableFuture<OutcomeCode> other =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return ask(request, choice + 1);
                            } catch (InterruptedException stopped) {
                                Thread.currentThread().interrupt();
                                return OutcomeCode.UNKNOWN;
                            }
                        },
                        threads);
        OutcomeCode first = ask(request, choice);
        OutcomeCode second = other.join();
        boolean isFirstBetter = first == OutcomeCode.ACCEPTED;
        ledger.record(request, isFirstBetter ? first : second);
        ledger.record(request, isFirstBetter ? second : first);
        return isFirstBetter ? first : second;
    }

    /** How many requests this instance has been given and has not answered. */
    int underWay(ServiceInstance instance) {
        return counter(instance).get();
    }

    private AtomicInteger counter(ServiceInstance instance) {
        return underWay.computeIfAbsent(instance.config().name(), name -> new AtomicInteger());
    }

    private OutcomeCode ask(GlobalRequest request, ServiceInstance instance)
            throws InterruptedException {
        AtomicInteger counter = counter(instance);
        counter.incrementAndGet();
        try {
            return asked(request, instance);
        } finally {
            counter.decrementAndGet();
        }
    }

    private static HttpRequest post(GlobalRequest request, ServiceInstance instance) {
        return HttpRequest.newBuilder(
                        URI.create(
                                "http://127.0.0.1:" + instance.config().port() + Wire.TRANSACTIONS))
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(Wire.write(request)))
                .build();
    }

    private OutcomeCode asked(GlobalRequest request, ServiceInstance instance)
            throws InterruptedException {
        try {
            return Wire.read(
                            client.send(post(request, instance), BodyHandlers.ofString()).body(),
                            Wire.Reply.class)
                    .code();
        } catch (java.net.ConnectException nobody) {
            // Nothing was sent, so nothing happened.
            return OutcomeCode.CELL_UNAVAILABLE;
        } catch (IOException | UncheckedIOException silent) {
            return OutcomeCode.UNKNOWN;
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        threads.shutdownNow();
    }
}

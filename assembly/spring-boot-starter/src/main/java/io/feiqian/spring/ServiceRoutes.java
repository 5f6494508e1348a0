package io.feiqian.spring;

import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.FinishOrder;
import io.feiqian.participant.FinishReport;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.HttpChannel;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.Verdict;
import io.feiqian.participant.spi.ServiceChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The services of {@code feiqian.services}, and others where they are registered, reached over
 * HTTP; the service itself without it. Thread-safe.
 */
final class ServiceRoutes implements ServiceChannel {
    private final String service;
    private final Map<String, URI> addresses;
    private final ServiceAddresses registered;
    private final HttpChannel others;
    private final Supplier<GlobalTransactions> itself;
    private final Executor executor;

    ServiceRoutes(
            String service,
            Map<String, URI> addresses,
            ServiceAddresses registered,
            ContextKeys keys,
            Duration timeout,
            Supplier<GlobalTransactions> itself,
            Executor executor) {
        this.service = service;
        this.addresses = Map.copyOf(addresses);
        this.registered = registered;
        this.itself = itself;
        this.executor = executor;
        HttpClient client =
                HttpClient.newBuilder().connectTimeout(timeout).executor(executor).build();
        this.others = new HttpChannel(client, this::address, keys, timeout);
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String to, List<FinishOrder> orders) {
        if (to.equals(service)) {
            return CompletableFuture.supplyAsync(() -> itself.get().finish(orders), executor);
        }
        return addresses.containsKey(to)
                ? others.finish(to, orders)
                : found(() -> others.finish(to, orders));
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        if (initiator.equals(service)) {
            return CompletableFuture.supplyAsync(() -> answer(inquiry), executor);
        }
        return addresses.containsKey(initiator)
                ? others.inquire(initiator, inquiry)
                : found(() -> others.inquire(initiator, inquiry));
    }

    private Verdict answer(Inquiry inquiry) {
        try {
            return itself.get().answer(inquiry);
        } catch (SQLException failed) {
            throw new CompletionException(failed);
        }
    }

    private URI address(String to) {
        URI address = addresses.get(to);
        return address != null
                ? address
                : registered.find(to).orElseThrow(() -> new IllegalStateException(message(to)));
    }

    private static String message(String to) {
        return "service %s: no address (expected: feiqian.services.%s, or an instance that is registered)"
                .formatted(to, to);
    }

    /** Who looks for a service may wait, so it is not the caller's thread that does. */
    private <T> CompletionStage<T> found(Supplier<CompletionStage<T>> call) {
        return CompletableFuture.supplyAsync(call, executor).thenCompose(answer -> answer);
    }
}

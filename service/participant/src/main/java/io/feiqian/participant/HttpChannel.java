package io.feiqian.participant;

import io.feiqian.participant.spi.ServiceChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Services reach each other's {@link HttpEndpoint} with the JDK's HTTP client. Thread-safe; never
 * blocks.
 */
public final class HttpChannel implements ServiceChannel {
    private final HttpClient client;
    private final Function<String, URI> addresses;
    private final ContextKeys keys;
    private final Duration timeout;

    /**
     * A channel.
     *
     * @param client what makes the calls; where TLS is wanted it has the certificates
     * @param addresses where a service of a name is now: scheme, host and port
     * @param keys what signs
     * @param timeout how long one answer is waited for
     */
    public HttpChannel(
            HttpClient client,
            Function<String, URI> addresses,
            ContextKeys keys,
            Duration timeout) {
        this.client = client;
        this.addresses = addresses;
        this.keys = keys;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders) {
        return post(service, HttpEndpoint.FINISH, PhaseTwoText.orders(orders))
                .thenApply(PhaseTwoText::readReports);
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        return post(initiator, HttpEndpoint.INQUIRE, PhaseTwoText.inquiry(inquiry))
                .thenApply(PhaseTwoText::readVerdict);
    }

    private CompletionStage<String> post(String service, String path, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(addresses.apply(service).resolve(path))
                        .timeout(timeout)
                        .header(
                                HttpEndpoint.SIGNATURE,
                                keys.sign(HttpEndpoint.signed(path, service, body)))
                        .header("Content-Type", "text/plain; charset=utf-8")
                        .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                        .build();
        return client.sendAsync(request, BodyHandlers.ofString(StandardCharsets.UTF_8))
                .thenApply(response -> accepted(service, response));
    }

    private static String accepted(String service, HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            String body = response.body();
            throw new CompletionException(
                    new IllegalStateException(
                            "%s answered %d %s (expected: 200)"
                                    .formatted(
                                            service,
                                            response.statusCode(),
                                            body.substring(0, Math.min(body.length(), 200)))));
        }
        return response.body();
    }
}

package io.feiqian.participant;

import io.feiqian.participant.spi.ServiceChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Services reach each other's {@link HttpEndpoint} with the JDK's HTTP client. Thread-safe; never
 * blocks. Only answers that the other service signed are believed.
 */
public final class HttpChannel implements ServiceChannel {
    private final HttpClient client;
    private final Function<String, URI> addresses;
    private final Duration timeout;
    private final SignedChannel signed;

    /**
     * A channel.
     *
     * @param client what makes the calls; where TLS is wanted it has the certificates
     * @param addresses where a service of a name is now: scheme, host, port, and the path that its
     *     {@link HttpEndpoint} is mounted under where it is not the root
     * @param keys what signs, and what answers must be signed with
     * @param timeout how long one answer is waited for
     */
    public HttpChannel(
            HttpClient client,
            Function<String, URI> addresses,
            ContextKeys keys,
            Duration timeout) {
        this(client, addresses, keys, timeout, PhaseTwoText.USUAL_BODY);
    }

    /**
     * A channel to services before which something takes only shorter bodies.
     *
     * @param longestBody the bytes above which orders are divided; one order alone may be longer
     */
    public HttpChannel(
            HttpClient client,
            Function<String, URI> addresses,
            ContextKeys keys,
            Duration timeout,
            int longestBody) {
        this.client = client;
        this.addresses = addresses;
        this.timeout = timeout;
        this.signed = new SignedChannel(this::post, keys, longestBody);
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders) {
        return signed.finish(service, orders);
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        return signed.inquire(initiator, inquiry);
    }

    private CompletionStage<String> post(String service, SignedMessage message) {
        HttpRequest request =
                HttpRequest.newBuilder(at(addresses.apply(service), message.path()))
                        .timeout(timeout)
                        .header(HttpEndpoint.SIGNATURE, message.signature())
                        .header("Content-Type", "text/plain; charset=utf-8")
                        .POST(BodyPublishers.ofString(message.body()))
                        .build();
        return client.sendAsync(request, BoundedBody.handler(PhaseTwoText.LONGEST_ANSWER))
                .thenApply(response -> accepted(service, response));
    }

    private static URI at(URI address, String path) {
        String base = address.getPath() == null ? "" : address.getPath();
        int end = base.endsWith("/") ? base.length() - 1 : base.length();
        return address.resolve(base.substring(0, end) + path);
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

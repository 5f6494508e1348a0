package io.feiqian.participant;

import io.feiqian.participant.spi.ServiceChannel;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Services reach each other's {@link HttpEndpoint} with the JDK's HTTP client. Thread-safe; never
 * blocks. Only answers that the other service signed are believed.
 */
public final class HttpChannel implements ServiceChannel {
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
        this.signed =
                new SignedChannel(new HttpTransport(client, addresses, timeout), keys, longestBody);
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders) {
        return signed.finish(service, orders);
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        return signed.inquire(initiator, inquiry);
    }
}

package io.feiqian.participant;

import io.feiqian.participant.spi.SignedTransport;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Signed messages to services' {@link HttpEndpoint} with the JDK's HTTP client. Thread-safe; never
 * blocks. What a service refuses is a {@link RefusedException} with its code.
 */
public final class HttpTransport implements SignedTransport {
    private static final Pattern REFUSAL =
            Pattern.compile("(\\d{1,9}) [A-Z_]+: (.*)", Pattern.DOTALL);

    private final HttpClient client;
    private final Function<String, URI> addresses;
    private final Duration timeout;

    /**
     * A transport.
     *
     * @param client what makes the calls; where TLS is wanted it has the certificates
     * @param addresses where a service of a name is now: scheme, host and port
     * @param timeout how long one answer is waited for
     */
    public HttpTransport(HttpClient client, Function<String, URI> addresses, Duration timeout) {
        this.client = client;
        this.addresses = addresses;
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<String> send(String service, SignedMessage message) {
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
        if (response.statusCode() == 200) {
            return response.body();
        }
        String body = response.body();
        String said = body.substring(0, Math.min(body.length(), 500));
        String message =
                "%s answered %d %s (expected: 200)".formatted(service, response.statusCode(), said);
        Matcher refusal = REFUSAL.matcher(said);
        if (refusal.matches()) {
            OutcomeCode code = OutcomeCode.ofNumber(Integer.parseInt(refusal.group(1)));
            if (Outcome.of(code, message) instanceof Outcome.Refused refused) {
                throw new RefusedException(refused.code(), refused.message());
            }
        }
        throw new CompletionException(new IllegalStateException(message));
    }
}

package io.feiqian.participant;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A service's {@link SignedEndpoint} over HTTP: {@code POST} to {@link #FINISH}, {@link #INQUIRE}
 * and {@link #OPERATE}. {@link #answer} is a plain function for any server's handler; the class
 * itself is one for the JDK's. Thread-safe; blocks its caller.
 *
 * <p>What was taken is answered with 200 and a body whose first line is the answer's signature;
 * errors are answered with a status and one line {@code code name: message}.
 */
public final class HttpEndpoint implements HttpHandler {
    /** Where orders of phase two are posted. */
    public static final String FINISH = SignedEndpoint.FINISH;

    /** Where inquiries are posted. */
    public static final String INQUIRE = SignedEndpoint.INQUIRE;

    /** Where operators' questions are posted. */
    public static final String OPERATE = SignedEndpoint.OPERATE;

    /** The header with the body's signature. */
    public static final String SIGNATURE = "feiqian-signature";

    private final SignedEndpoint endpoint;

    /** The endpoint of a service. */
    public HttpEndpoint(GlobalTransactions transactions, ContextKeys keys) {
        this(new SignedEndpoint(transactions, keys));
    }

    private HttpEndpoint(SignedEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * The same, which answers operators too: whoever signs with one of these keys, which are other
     * ones than the services'.
     */
    public HttpEndpoint withOperators(ContextKeys operators) {
        return new HttpEndpoint(endpoint.withOperators(operators));
    }

    /**
     * What is answered.
     *
     * @param status of HTTP
     * @param body plain text in UTF-8
     */
    public record Answer(int status, String body) {}

    /** The longest body that is to be read, in bytes. */
    public int longestBody() {
        return endpoint.longestBody();
    }

    /** Answers a posted body. */
    public Answer answer(String path, Optional<String> signature, String body) {
        SignedEndpoint.Answer answer =
                endpoint.answer(new SignedMessage(path, signature.orElse(""), body));
        return answer.outcome().isAccepted()
                ? new Answer(200, answer.text())
                : new Answer(status(answer.outcome().code()), answer.line());
    }

    private static int status(OutcomeCode code) {
        return switch (code) {
            case FORGED_CONTEXT, UNAUTHENTICATED -> 401;
            case UNKNOWN_PATH, UNKNOWN_TRANSACTION, UNKNOWN_PROPOSAL -> 404;
            default -> code.kind() == OutcomeCode.Kind.UNAVAILABLE ? 503 : 400;
        };
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            byte[] body = exchange.getRequestBody().readNBytes(longestBody() + 1);
            if (!exchange.getRequestMethod().equals("POST")) {
                answer = refused(405, OutcomeCode.METHOD_NOT_ALLOWED, "method (expected: POST)");
            } else if (body.length > longestBody()) {
                answer = refused(413, OutcomeCode.BODY_TOO_LARGE, "body (expected: shorter)");
            } else {
                answer =
                        answer(
                                exchange.getRequestURI().getPath(),
                                Optional.ofNullable(
                                        exchange.getRequestHeaders().getFirst(SIGNATURE)),
                                new String(body, StandardCharsets.UTF_8));
            }
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static Answer refused(int status, OutcomeCode code, String message) {
        return new Answer(status, code.number() + " " + code + ": " + message);
    }
}

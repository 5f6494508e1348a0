package io.feiqian.participant;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other services' phase two finds at a service over HTTP: {@code POST} to {@link #FINISH} and
 * {@link #INQUIRE}. {@link #answer} is a plain function for any server's handler; the class itself
 * is one for the JDK's. Thread-safe; blocks its caller.
 *
 * <p>Only what a service of the bank signed for this service is taken: where an address leads to
 * another service by mistake, that one neither answers for decisions that are not its own nor takes
 * orders that were meant for others. Errors are answered with a status and one line {@code code
 * name: message}.
 */
public final class HttpEndpoint implements HttpHandler {
    /** Where orders of phase two are posted. */
    public static final String FINISH = "/feiqian/transactions/finish";

    /** Where inquiries are posted. */
    public static final String INQUIRE = "/feiqian/transactions/inquire";

    /** The header with the body's signature. */
    public static final String SIGNATURE = "feiqian-signature";

    /** The longest body that is read, in bytes. */
    public static final int LONGEST_BODY = 16 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);

    private final GlobalTransactions transactions;
    private final ContextKeys keys;

    /** The endpoint of a service. */
    public HttpEndpoint(GlobalTransactions transactions, ContextKeys keys) {
        this.transactions = transactions;
        this.keys = keys;
    }

    /**
     * What is answered.
     *
     * @param status of HTTP
     * @param body plain text in UTF-8
     */
    public record Answer(int status, String body) {}

    /** What is signed: the path, whom it is meant for, and the body. */
    static String signed(String path, String service, String body) {
        return path + "\n" + service + "\n" + body;
    }

    /** Answers a posted body. */
    public Answer answer(String path, Optional<String> signature, String body) {
        String signed = signed(path, transactions.service(), body);
        if (signature.isEmpty() || !keys.verifies(signed, signature.get())) {
            return refused(
                    401,
                    OutcomeCode.FORGED_CONTEXT,
                    "not signed for %s with a key that is known here (expected: one of %s)"
                            .formatted(transactions.service(), keys));
        }
        try {
            return switch (path) {
                case FINISH ->
                        new Answer(
                                200,
                                PhaseTwoText.reports(
                                        transactions.finish(PhaseTwoText.readOrders(body))));
                case INQUIRE ->
                        new Answer(200, transactions.answer(PhaseTwoText.readInquiry(body)).name());
                default ->
                        refused(
                                404,
                                OutcomeCode.UNKNOWN_PATH,
                                "path: of %d characters (expected: %s or %s)"
                                        .formatted(path.length(), FINISH, INQUIRE));
            };
        } catch (RefusedException malformed) {
            return refused(400, malformed.code(), String.valueOf(malformed.getMessage()));
        } catch (SQLException failed) {
            LOG.warn("phase two: no answer now", failed);
            return refused(503, OutcomeCode.DATABASE_UNAVAILABLE, "no answer now");
        }
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY + 1);
            if (!exchange.getRequestMethod().equals("POST")) {
                answer = refused(405, OutcomeCode.METHOD_NOT_ALLOWED, "method (expected: POST)");
            } else if (body.length > LONGEST_BODY) {
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

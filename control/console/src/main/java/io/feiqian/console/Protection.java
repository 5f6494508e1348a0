package io.feiqian.console;

import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What every answer tells the browser, whether it is a page, a file, a refusal, or what the server
 * says to a request that is none. Immutable.
 */
final class Protection {
    /** Everything comes from the console itself; no script or style stands in a page. */
    private static final String CONTENT_SECURITY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                    + " connect-src 'self'; form-action 'self'; base-uri 'none';"
                    + " frame-ancestors 'none'";

    private static final Set<String> METHODS = Set.of("GET", "POST");

    private final Map<HeaderName, String> headers = new LinkedHashMap<>();

    /**
     * For a console.
     *
     * @param tls whether browsers are to use nothing else from now on, for a year
     */
    Protection(boolean tls) {
        headers.put(HeaderNames.create("Content-Security-Policy"), CONTENT_SECURITY);
        headers.put(HeaderNames.CACHE_CONTROL, "no-store");
        headers.put(HeaderNames.create("X-Content-Type-Options"), "nosniff");
        headers.put(HeaderNames.create("X-Frame-Options"), "DENY");
        headers.put(HeaderNames.create("Referrer-Policy"), "same-origin");
        headers.put(HeaderNames.create("Cross-Origin-Opener-Policy"), "same-origin");
        headers.put(HeaderNames.create("Cross-Origin-Resource-Policy"), "same-origin");
        if (tls) {
            headers.put(
                    HeaderNames.create("Strict-Transport-Security"),
                    "max-age=31536000; includeSubDomains");
        }
    }

    /** Adds it to an answer. */
    void add(ServerResponse response) {
        headers.forEach(response::header);
    }

    /** Whether pages know this method at all; the API answers for itself. */
    static boolean knows(ServerRequest request) {
        return METHODS.contains(request.prologue().method().text())
                || request.path().path().startsWith("/api/");
    }

    /** The same for requests that are refused before they can be routed: nothing is repeated. */
    DirectHandlers direct() {
        DirectHandlers.Builder all = DirectHandlers.builder();
        for (EventType each : EventType.values()) {
            all.addHandler(each, (_, _, status, _, _) -> refusal(status));
        }
        return all.build();
    }

    private DirectHandler.TransportResponse refusal(Status status) {
        DirectHandler.TransportResponse.Builder answer =
                DirectHandler.TransportResponse.builder().status(status).keepAlive(false);
        headers.forEach(answer::header);
        return answer.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .entity(
                        "%d: the request could not be read (expected: one from a page or program)\n"
                                .formatted(status.code())
                                .getBytes(StandardCharsets.UTF_8))
                .build();
    }
}

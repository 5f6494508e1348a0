package io.feiqian.console;

import io.feiqian.runtime.Clock;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * Who may ask the API: whoever shows a token of a user with access, at most 20 times a second and
 * 40 at once. Wrong tokens are counted by address and never slow down right ones. Thread-safe.
 */
final class ApiGuard {
    private static final int PER_SECOND = 20;
    private static final int AT_ONCE = 40;
    private static final String SCHEME = "Bearer ";

    /** What the guard says. */
    sealed interface Answer {
        /** Come in. */
        record Known(User user, ApiToken token) implements Answer {}

        /** No token, or a wrong one; which of both does not matter, nor why it is wrong. */
        record Stranger(boolean showedOne) implements Answer {}

        /** Too many requests. */
        record Wait(Duration length) implements Answer {}
    }

    private final Users users;
    private final ApiTokens tokens;
    private final RateLimit byToken;
    private final RateLimit byAddress;

    ApiGuard(Users users, ApiTokens tokens, Clock clock) {
        this.users = users;
        this.tokens = tokens;
        this.byToken = new RateLimit(clock, PER_SECOND, AT_ONCE);
        this.byAddress = new RateLimit(clock, PER_SECOND, AT_ONCE);
    }

    Answer ask(ServerRequest request) {
        Optional<String> shown = shown(request);
        Optional<ApiToken> token = shown.flatMap(tokens::find);
        Optional<User> user =
                token.flatMap(it -> users.find(it.user()))
                        .filter(it -> !it.locked() && !it.byOidc());
        if (token.isEmpty() || user.isEmpty()) {
            Duration wait = byAddress.take(request.remotePeer().host());
            return wait.isPositive()
                    ? new Answer.Wait(wait)
                    : new Answer.Stranger(shown.isPresent());
        }
        Duration wait = byToken.take(token.get().hash());
        return wait.isPositive()
                ? new Answer.Wait(wait)
                : new Answer.Known(user.get(), token.get());
    }

    private static Optional<String> shown(ServerRequest request) {
        return request.headers()
                .first(HeaderNames.AUTHORIZATION)
                .filter(it -> it.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(it -> it.substring(SCHEME.length()).strip());
    }
}

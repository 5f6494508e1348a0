package io.feiqian.console;

import io.feiqian.console.OidcAttempts.Attempt;
import io.feiqian.console.OidcException.Why;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.SetCookie;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in by an OpenID provider: out to the provider, back with a code, and on to the console by
 * a page of its own. That page is needed because a session's cookie is not sent along where another
 * site led the browser, be it over a redirect of ours.
 */
final class OidcSignIn {
    static final String PATH = SignIn.PATH + "/oidc";
    static final String BACK = PATH + "/return";

    /** What the browser shows that began; sent along when the provider leads it back. */
    static final String ATTEMPT = "feiqian-sign-in";

    private static final Logger LOG = LoggerFactory.getLogger(OidcSignIn.class);
    private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
    private static final int LONGEST = 4_000;

    private final OidcConfig config;
    private final OidcProvider provider;
    private final OidcAttempts attempts;
    private final OidcAdmission admission;
    private final SignIn signIn;
    private final Frame frame;

    OidcSignIn(
            OidcConfig config,
            OidcProvider provider,
            OidcAttempts attempts,
            OidcAdmission admission,
            SignIn signIn,
            Frame frame) {
        this.config = config;
        this.provider = provider;
        this.attempts = attempts;
        this.admission = admission;
        this.signIn = signIn;
        this.frame = frame;
    }

    /** What the page says that leads on. */
    public record Model(String name) {}

    void routes(HttpRouting.Builder routing) {
        routing.get(PATH, this::begin);
        routing.get(BACK, this::back);
    }

    private void begin(ServerRequest request, ServerResponse response) {
        requireOwnPage(request);
        try {
            Attempt attempt = attempts.begin(Frame.cookie(request, Frame.SESSION).orElse(""));
            String there = provider.authorization(attempt).toString();
            response.headers().addCookie(cookie(attempt.browser(), OidcAttempts.LONGEST));
            Frame.send(response, there);
        } catch (OidcException failed) {
            explain(request, response, failed);
        }
    }

    private void back(ServerRequest request, ServerResponse response) {
        response.headers().addCookie(cookie("", Duration.ZERO));
        try {
            Attempt attempt =
                    attempts.take(
                                    query(request, "state"),
                                    // Lax and of a path, so it cannot have the prefix of the
                                    // others.
                                    request.headers().cookies().first(ATTEMPT).orElse(""))
                            .orElseThrow(() ->
                                    new OidcException(
                                            Why.OVER, "state: not of this browser, or over"));
            provider.requireFrom(query(request, "iss"));
            String error = query(request, "error");
            if (!error.isEmpty()) {
                throw new OidcException(
                        Why.REFUSED, "the provider says: " + OidcProvider.shown(error));
            }
            User user = admission.admit(provider.exchange(query(request, "code"), attempt));
            signIn.begin(request, response, user, attempt.session());
            response.header(HeaderNames.create("Refresh"), "0; url=/");
            frame.render(
                    response,
                    Status.OK_200,
                    "signedin",
                    Map.of("shell", frame.shell(request), "it", new Model(user.name())));
        } catch (OidcException failed) {
            explain(request, response, failed);
        }
    }

    /** The page with the form: users of the console's own may still sign in. */
    private void explain(ServerRequest request, ServerResponse response, OidcException failed) {
        LOG.warn("sign-in by OpenID Connect: {}: {}", failed.why(), failed.getMessage());
        signIn.form(
                request,
                response,
                failed.why() == Why.DOWN ? Status.SERVICE_UNAVAILABLE_503 : Status.FORBIDDEN_403,
                frame.texts(request).of(failed.why().key(), config.name()));
    }

    /** Another site's page must not be able to change who is signed in. */
    private static void requireOwnPage(ServerRequest request) {
        String site = request.headers().first(FETCH_SITE).orElse("none");
        if (!site.equals("same-origin") && !site.equals("none")) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "origin: another site (expected: a page of the console)");
        }
    }

    /** Lax, since it has to come along when the provider leads the browser back. */
    private SetCookie cookie(String value, Duration age) {
        return SetCookie.builder(ATTEMPT, value)
                .path(PATH)
                .httpOnly(true)
                .secure(config.secure())
                .sameSite(SetCookie.SameSite.LAX)
                .maxAge(age)
                .build();
    }

    /** What the provider says once; what it says twice says nothing. */
    private static String query(ServerRequest request, String name) {
        try {
            return Optional.of(request.query())
                    .filter(it -> it.contains(name) && it.all(name).size() == 1)
                    .map(it -> it.get(name))
                    .filter(it -> it.length() <= LONGEST)
                    .orElse("");
        } catch (IllegalArgumentException unreadable) {
            return "";
        }
    }
}

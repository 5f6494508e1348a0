package io.feiqian.console;

import io.feiqian.console.Sessions.Session;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The way in and out, and what a browser remembers of how pages look. */
final class SignIn {
    static final String PATH = "/sign-in";
    private static final Duration YEAR = Duration.ofDays(365);

    private final Frame frame;
    private final Users users;
    private final Sessions sessions;
    private final SignInLimit limit;
    private final Trail trail;
    private final String provider;

    /**
     * The way in.
     *
     * @param provider by whom users may sign in instead; empty where there is nobody
     */
    SignIn(
            Frame frame,
            Users users,
            Sessions sessions,
            SignInLimit limit,
            Trail trail,
            String provider) {
        this.frame = frame;
        this.users = users;
        this.sessions = sessions;
        this.limit = limit;
        this.trail = trail;
        this.provider = provider;
    }

    /**
     * What the page shows.
     *
     * @param problem why somebody is not in; empty where nothing was tried
     * @param provider by whom users may sign in instead; empty where there is nobody
     */
    public record Model(String problem, String provider) {}

    void routes(HttpRouting.Builder routing) {
        routing.get(PATH, (request, response) -> form(request, response, Status.OK_200, ""));
        routing.post(PATH, this::signIn);
        routing.post("/sign-out", this::signOut);
        routing.get(
                "/language/{it}",
                (request, response) -> remember(request, response, Frame.LANGUAGE));
        routing.get("/theme/{it}", (request, response) -> remember(request, response, Frame.THEME));
    }

    /** Answers with the page, which says why somebody is not in. */
    void form(ServerRequest request, ServerResponse response, Status status, String problem) {
        frame.render(
                response,
                status,
                "signin",
                Map.of("shell", frame.shell(request), "it", new Model(problem, provider)));
    }

    private void signIn(ServerRequest request, ServerResponse response) {
        requireOwnPage(request);
        Parameters form = Frame.form(request);
        String name = form.first("name").orElse("").strip();
        String password = form.first("password").orElse("");
        Texts texts = frame.texts(request);
        if (name.length() > 64 || password.length() > 256) {
            form(request, response, Status.FORBIDDEN_403, texts.of("signin.wrong"));
            return;
        }
        String address = request.remotePeer().host();
        Duration wait = limit.wait(name, address);
        if (wait.isPositive()) {
            form(
                    request,
                    response,
                    Status.TOO_MANY_REQUESTS_429,
                    texts.of("signin.wait", wait.toSeconds() + 1));
            return;
        }
        Optional<User> user = users.authenticate(name, password);
        if (user.isEmpty()) {
            frame.log().addSignIn(users.find(name), address);
            limit.failed(name);
            form(request, response, Status.FORBIDDEN_403, texts.of("signin.wrong"));
            return;
        }
        limit.succeeded(name);
        trail.add(name, "signs in", "console.sign-in", name, Map.of());
        begin(request, response, user.get(), Frame.cookie(request, Frame.SESSION).orElse(""));
        Frame.send(response, "/");
    }

    /** Begins a session in place of the one that the browser had before. */
    void begin(ServerRequest request, ServerResponse response, User user, String before) {
        sessions.end(before);
        var _ = begin(request, response, sessions, user);
    }

    /** Begins a session, under an id that nobody has seen, and has the browser keep it. */
    static Session begin(
            ServerRequest request, ServerResponse response, Sessions sessions, User user) {
        Session session = sessions.begin(user);
        response.headers().addCookie(Cookies.make(request, Frame.SESSION, session.id()).build());
        return session;
    }

    private void signOut(ServerRequest request, ServerResponse response) {
        requireOwnPage(request);
        Frame.cookie(request, Frame.SESSION).ifPresent(sessions::end);
        response.headers()
                .addCookie(Cookies.make(request, Frame.SESSION, "").maxAge(Duration.ZERO).build());
        Frame.send(response, PATH);
    }

    private static void remember(ServerRequest request, ServerResponse response, String what) {
        String value = request.path().pathParameters().get("it");
        if (!value.matches("[a-z]{2,5}")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "choice: unknown (expected: en, zh, light or dark)");
        }
        response.headers().addCookie(Cookies.make(request, what, value).maxAge(YEAR).build());
        Frame.send(response, "/");
    }

    /** There is no session yet whose token could be asked for. */
    private static void requireOwnPage(ServerRequest request) {
        String origin = request.headers().first(HeaderNames.ORIGIN).orElse("");
        String host = request.headers().first(HeaderNames.HOST).orElse("");
        boolean own =
                origin.equals("https://" + host)
                        || (!request.isSecure() && origin.equals("http://" + host));
        if (!origin.isEmpty() && !own) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "origin: another site (expected: a page of the console)");
        }
    }
}

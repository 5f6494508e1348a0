package io.feiqian.console;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import io.feiqian.console.Sessions.Session;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What stands around every page: who asks, whether they may, the forms' token, the menu, and what
 * is answered where something is refused. Thread-safe once the addresses are added.
 */
final class Frame {
    static final String SESSION = "feiqian-console";
    static final String LANGUAGE = "feiqian-language";
    static final String THEME = "feiqian-theme";
    private static final String TOKEN = "token";

    /** Answers one request. */
    @FunctionalInterface
    interface Action {
        /** Answers it, or refuses it with a {@link RefusedException}. */
        void run(Visit visit);
    }

    private final HttpRouting.Builder routing;
    private final Users users;
    private final Access access;
    private final CellLines lines;
    private final Sessions sessions;
    private final List<Page> pages;
    private final List<String> addresses = new ArrayList<>();
    private final RefusalLog log;
    private final TemplateEngine templates =
            TemplateEngine.createPrecompiled(
                    null, ContentType.Html, null, Frame.class.getPackageName());

    Frame(
            HttpRouting.Builder routing,
            Users users,
            Access access,
            CellLines lines,
            Sessions sessions,
            List<Page> pages,
            RefusalLog log) {
        this.routing = routing;
        this.users = users;
        this.access = access;
        this.lines = lines;
        this.sessions = sessions;
        this.pages = pages;
        this.log = log;
    }

    /** Adds an address that shows something. */
    void get(String path, Permission needs, Action action) {
        note("GET", path, needs);
        routing.get(path, handler(needs, false, this::session, action));
    }

    /** The same of a part that a page asks for by itself: nobody is there because of that. */
    void getPart(String path, Permission needs, Action action) {
        note("GET", path, needs);
        routing.get(path, handler(needs, false, this::sessionUnrenewed, action));
    }

    /** Adds an address that changes something. */
    void post(String path, Permission needs, Action action) {
        note("POST", path, needs);
        routing.post(path, handler(needs, true, this::session, action));
    }

    /** Every address that was added, with what it needs: {@code GET /ledger ledger.see}. */
    List<String> addresses() {
        return List.copyOf(addresses);
    }

    private void note(String method, String path, Permission needs) {
        addresses.add("%s %s %s".formatted(method, path, needs.key()));
    }

    /** The language of a request. */
    Texts texts(ServerRequest request) {
        return Texts.of(
                cookie(request, LANGUAGE),
                request.headers().first(HeaderNames.ACCEPT_LANGUAGE).orElse(""));
    }

    /** What stands around a page for somebody who is signed in. */
    Shell shell(
            ServerRequest request,
            Rights rights,
            Session session,
            boolean firstUse,
            boolean leftOut) {
        Texts texts = texts(request);
        String here = request.path().path();
        List<Shell.Tab> tabs =
                permitted(rights)
                        .map(page ->
                                new Shell.Tab(
                                        page.path(),
                                        texts.of(page.title()),
                                        page.path().equals(here)))
                        .toList();
        return new Shell(
                texts,
                firstUse ? List.of() : tabs,
                rights.user(),
                texts.name("role", rights.role().name()),
                rights.tenant().isWhole() ? "" : rights.tenant().name(),
                session.token(),
                theme(request),
                sessions.takeNotice(session),
                rights.all(),
                leftOut);
    }

    private Stream<Page> permitted(Rights rights) {
        return pages.stream().filter(page -> rights.may(page.needs()));
    }

    /** The same for somebody who is not. */
    Shell shell(ServerRequest request) {
        return new Shell(
                texts(request), List.of(), "", "", "", "", theme(request), "", Set.of(), false);
    }

    RefusalLog log() {
        return log;
    }

    void leaveNotice(Session session, String notice) {
        sessions.leaveNotice(session, notice);
    }

    void render(
            ServerResponse response, Status status, String template, Map<String, Object> values) {
        Visible output = new Visible();
        templates.render(template + ".jte", values, output);
        ByteArrayOutputStream body = new ByteArrayOutputStream(output.bytes().getContentLength());
        try {
            output.bytes().writeTo(body);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        response.status(status)
                .header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8")
                .send(body.toByteArray());
    }

    /** Answers with what was refused, as a page. */
    void refuse(ServerRequest request, ServerResponse response, RefusedException refused) {
        Optional<Session> session = session(request);
        Optional<User> user = session.flatMap(this::user);
        log.add(request, user, refused.code());
        Shell shell =
                session.flatMap(it ->
                                user.map(known ->
                                        shell(
                                                request,
                                                access.rights(known),
                                                it,
                                                known.firstUse(),
                                                false)))
                        .orElseGet(() -> shell(request));
        render(
                response,
                status(refused.code()),
                "problem",
                Map.of("shell", shell, "it", refused.outcome()));
    }

    private Handler handler(
            Permission needs,
            boolean changes,
            Function<ServerRequest, Optional<Session>> sessionOf,
            Action action) {
        return (request, response) -> {
            Optional<Session> session = sessionOf.apply(request);
            Optional<User> user = session.flatMap(this::user);
            if (session.isEmpty() || user.isEmpty()) {
                askToSignIn(request, response);
                return;
            }
            Duration wait = sessions.wait(session.get());
            if (wait.isPositive()) {
                refuseFlood(response, wait);
                return;
            }
            try {
                Parameters form = changes ? form(request) : Parameters.empty("form");
                if (changes) {
                    requireToken(session.get(), form);
                }
                Rights rights = access.rights(user.get());
                if (!rights.may(needs) && request.path().path().equals("/")) {
                    send(response, firstPage(rights));
                    return;
                }
                rights.require(needs);
                if (user.get().firstUse() && !request.path().path().equals(PasswordPage.PATH)) {
                    send(response, PasswordPage.PATH);
                    return;
                }
                action.run(
                        new Visit(
                                this,
                                request,
                                response,
                                user.get(),
                                rights,
                                lines.within(rights.tenant()),
                                session.get(),
                                form));
            } catch (RefusedException refused) {
                refuse(request, response, refused);
            }
        };
    }

    /** Where who may not see the overview is led after the sign-in. */
    private String firstPage(Rights rights) {
        return permitted(rights).findFirst().map(Page::path).orElse(PasswordPage.PATH);
    }

    /** A part of a page cannot show the form: the browser is told to go there. */
    private static void askToSignIn(ServerRequest request, ServerResponse response) {
        if (request.headers().contains(HeaderNames.create("HX-Request"))) {
            response.status(Status.UNAUTHORIZED_401)
                    .header(HeaderNames.create("HX-Redirect"), SignIn.PATH)
                    .send();
        } else {
            send(response, SignIn.PATH);
        }
    }

    static void send(ServerResponse response, String path) {
        response.status(Status.SEE_OTHER_303).header(HeaderNames.LOCATION, path).send();
    }

    Optional<Session> session(ServerRequest request) {
        return cookie(request, SESSION).flatMap(sessions::use);
    }

    private Optional<Session> sessionUnrenewed(ServerRequest request) {
        return cookie(request, SESSION).flatMap(sessions::find);
    }

    static Optional<String> cookie(ServerRequest request, String name) {
        return Cookies.find(request, name);
    }

    /**
     * Who a session is of; empty once the user is no longer as when it was begun. It does not come
     * back either where the user becomes the same again.
     */
    private Optional<User> user(Session session) {
        Optional<User> same = users.find(session.user()).filter(session::isOf);
        if (same.isEmpty()) {
            sessions.end(session.id());
        }
        return same.filter(it -> !it.locked());
    }

    /** What a form says. */
    static Parameters form(ServerRequest request) {
        String type = request.headers().contentType().map(it -> it.mediaType().text()).orElse("");
        if (!type.equals("application/x-www-form-urlencoded")) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "content type: (expected: a form)");
        }
        return request.content().as(Parameters.class);
    }

    private static void refuseFlood(ServerResponse response, Duration wait) {
        response.status(Status.TOO_MANY_REQUESTS_429)
                .header(HeaderNames.RETRY_AFTER, Long.toString(wait.toSeconds() + 1))
                .header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .send(
                        "requests: too many (expected: 50 a second)\n"
                                .getBytes(StandardCharsets.UTF_8));
    }

    private static String theme(ServerRequest request) {
        return cookie(request, THEME)
                .filter(it -> it.equals("dark") || it.equals("light"))
                .orElse("");
    }

    private static void requireToken(Session session, Parameters form) {
        byte[] shown = form.first(TOKEN).orElse("").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(shown, session.token().getBytes(StandardCharsets.UTF_8))) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "form: not of this session (expected: sent from a page of the console)");
        }
    }

    static Status status(OutcomeCode code) {
        return switch (code.kind()) {
            case NOT_FOUND -> Status.NOT_FOUND_404;
            case CONFLICT, BUSINESS -> Status.CONFLICT_409;
            case ROUTING, UNAVAILABLE -> Status.SERVICE_UNAVAILABLE_503;
            case INVALID ->
                    switch (code) {
                        case NOT_PERMITTED, UNAUTHENTICATED -> Status.FORBIDDEN_403;
                        case METHOD_NOT_ALLOWED -> Status.METHOD_NOT_ALLOWED_405;
                        default -> Status.BAD_REQUEST_400;
                    };
            default -> Status.INTERNAL_SERVER_ERROR_500;
        };
    }
}

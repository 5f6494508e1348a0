package io.feiqian.console;

import io.feiqian.console.Sessions.Session;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request of a user who is signed in. */
final class Visit implements Asked {
    private final Frame frame;
    private final ServerRequest request;
    private final ServerResponse response;
    private final User user;
    private final Rights rights;
    private final Cells cells;
    private final Session session;
    private final Parameters form;

    Visit(
            Frame frame,
            ServerRequest request,
            ServerResponse response,
            User user,
            Rights rights,
            Cells cells,
            Session session,
            Parameters form) {
        this.frame = frame;
        this.request = request;
        this.response = response;
        this.user = user;
        this.rights = rights;
        this.cells = cells;
        this.session = session;
        this.form = form;
    }

    @Override
    public User user() {
        return user;
    }

    @Override
    public Rights rights() {
        return rights;
    }

    @Override
    public Cells cells() {
        return cells;
    }

    @Override
    public Optional<String> tokenName() {
        return Optional.empty();
    }

    Session session() {
        return session;
    }

    @Override
    public Texts texts() {
        return frame.texts(request);
    }

    @Override
    public String part(String name) {
        return request.path().pathParameters().get(name);
    }

    @Override
    public String query(String name) {
        return Asked.bounded(name, request.query().first(name).orElse(""));
    }

    @Override
    public String field(String name) {
        return Asked.bounded(name, form.first(name).orElse("").strip());
    }

    /** A password that the form says, exactly as it was typed. */
    String secret(String name) {
        return Asked.bounded(name, form.first(name).orElse(""));
    }

    @Override
    public List<String> fields(String name) {
        List<String> all = form.contains(name) ? form.all(name) : List.of();
        return all.stream().limit(100).map(each -> Asked.bounded(name, each.strip())).toList();
    }

    /** Answers with a page. */
    void show(String template, Object model) {
        frame.render(
                response,
                Status.OK_200,
                template,
                Map.of(
                        "shell",
                        frame.shell(request, rights, session, user.firstUse(), cells.leftOut()),
                        "it",
                        model));
    }

    /** Answers with a file of text to be kept. */
    void download(String name, String text) {
        response.status(Status.OK_200)
                .header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .header(HeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"" + name + "\"")
                .send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with a part of a page. */
    void showPart(String template, Object model) {
        frame.render(response, Status.OK_200, template, Map.of("texts", texts(), "it", model));
    }

    /** Sends the browser to another page. */
    void lead(String path) {
        response.status(Status.SEE_OTHER_303).header(HeaderNames.LOCATION, path).send();
    }

    /** Sends the browser to a page that says what was done. */
    void goTo(String path, String notice) {
        frame.leaveNotice(session, notice);
        lead(path);
    }

    /**
     * The same for somebody who is another one from now on, such as by a new password: every other
     * session of the user ends, and this browser has a new one.
     */
    void goToAnew(Sessions sessions, User now, String path, String notice) {
        sessions.endAll(now.name());
        frame.leaveNotice(SignIn.begin(request, response, sessions, now), notice);
        lead(path);
    }
}

package io.feiqian.console;

import io.feiqian.console.Sessions.Session;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** One request of a user who is signed in. */
final class Visit {
    private static final int LONGEST_FIELD = 2_000;

    private final Frame frame;
    private final ServerRequest request;
    private final ServerResponse response;
    private final User user;
    private final Session session;
    private final Parameters form;

    Visit(
            Frame frame,
            ServerRequest request,
            ServerResponse response,
            User user,
            Session session,
            Parameters form) {
        this.frame = frame;
        this.request = request;
        this.response = response;
        this.user = user;
        this.session = session;
        this.form = form;
    }

    User user() {
        return user;
    }

    Session session() {
        return session;
    }

    Texts texts() {
        return frame.texts(request);
    }

    /** A part of the path. */
    String part(String name) {
        return request.path().pathParameters().get(name);
    }

    /** What the address asks for; empty where it does not say. */
    String query(String name) {
        return bounded(name, request.query().first(name).orElse(""));
    }

    /** The number that the address asks for; this one where it says none. */
    long queryNumber(String name, long otherwise) {
        String text = query(name).strip();
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,12}")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "%s: not a number (expected: 0 or more)".formatted(name));
        }
        return Long.parseLong(text);
    }

    /** What the form says; empty where it does not. */
    String field(String name) {
        return bounded(name, form.first(name).orElse("").strip());
    }

    /** Everything that the form says under this name, at most 50. */
    List<String> fields(String name) {
        List<String> all = form.contains(name) ? form.all(name) : List.of();
        return all.stream().limit(50).map(each -> bounded(name, each.strip())).toList();
    }

    /** Answers with a page. */
    void show(String template, Object model) {
        frame.render(
                response,
                Status.OK_200,
                template,
                Map.of("shell", frame.shell(request, user, session), "it", model));
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

    private static String bounded(String name, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "%s: a NUL (expected: none)".formatted(name));
        }
        if (text.length() > LONGEST_FIELD) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "%s: %d characters (expected: at most %d)"
                            .formatted(name, text.length(), LONGEST_FIELD));
        }
        return text;
    }
}

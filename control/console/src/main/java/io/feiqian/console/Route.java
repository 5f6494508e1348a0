package io.feiqian.console;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * An address of the API: what it serves and what is documented of it, so that neither is without
 * the other.
 *
 * @param changes whether it is a POST, which changes something; else a GET
 * @param path below {@code /api/v1}, with its parts in braces
 * @param needs what the token's user has to be allowed
 * @param summary what it does, in a sentence
 * @param params what it takes; anything else is refused
 * @param answer what it answers with
 * @param action does it
 */
record Route(
        boolean changes,
        String path,
        Permission needs,
        String summary,
        List<Param> params,
        Class<? extends Record> answer,
        Function<Asked, ? extends Record> action) {
    private static final Pattern PART = Pattern.compile("\\{([a-z]+)}");

    /** Where a parameter stands. */
    enum In {
        /** In the address, between slashes. */
        PATH,
        /** In the address, after the question mark. */
        QUERY,
        /** In the JSON document that is sent. */
        BODY
    }

    /** What a parameter is. */
    enum Type {
        /** A text of at most 2,000 characters, without NUL. */
        TEXT,
        /** A whole number. */
        INTEGER,
        /** A decimal number. */
        NUMBER,
        /** True or false. */
        BOOLEAN,
        /** At most 50 whole numbers. */
        INTEGERS
    }

    /** What an address takes. */
    record Param(String name, In in, Type type, boolean required, String description) {}

    /** Copies the list. */
    Route {
        params = List.copyOf(params);
    }

    /** An address that shows something. */
    static <R extends Record> Route get(
            String path,
            Permission needs,
            String summary,
            Class<R> answer,
            Function<Asked, R> action) {
        return new Route(false, path, needs, summary, parts(path), answer, action);
    }

    /** An address that changes something, which has to be given a reason. */
    static <R extends Record> Route post(
            String path,
            Permission needs,
            String summary,
            Class<R> answer,
            Function<Asked, R> action) {
        return new Route(true, path, needs, summary, parts(path), answer, action)
                .field("reason", Type.TEXT, "why, 1 to 500 characters; it is recorded");
    }

    /** The same with something that may be asked for. */
    Route query(String name, Type type, String description) {
        return plus(new Param(name, In.QUERY, type, false, description));
    }

    /** The same with something that has to be said. */
    Route field(String name, Type type, String description) {
        return plus(new Param(name, In.BODY, type, true, description));
    }

    /** The same with something that may be said. */
    Route optional(String name, Type type, String description) {
        return plus(new Param(name, In.BODY, type, false, description));
    }

    /** What stands there. */
    List<Param> params(In in) {
        return params.stream().filter(each -> each.in() == in).toList();
    }

    private Route plus(Param param) {
        List<Param> more = new ArrayList<>(params);
        more.add(param);
        return new Route(changes, path, needs, summary, more, answer, action);
    }

    private static List<Param> parts(String path) {
        return PART.matcher(path)
                .results()
                .map((MatchResult part) ->
                        new Param(part.group(1), In.PATH, Type.TEXT, true, part.group(1)))
                .toList();
    }
}

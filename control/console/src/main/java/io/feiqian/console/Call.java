package io.feiqian.console;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.feiqian.console.Route.In;
import io.feiqian.console.Route.Param;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.common.uri.UriQuery;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request to the API: exactly what its route documents, of the types that it documents. */
final class Call implements Asked {
    private static final int MOST_BYTES = 16 * 1024;
    private static final int MOST_VALUES = 50;

    private static final JsonMapper STRICT =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final User user;
    private final Rights rights;
    private final Cells cells;
    private final String tokenName;
    private final Map<String, String> parts = new HashMap<>();
    private final Map<String, String> queries;
    private final Map<String, List<String>> fields;

    private Call(
            Route route,
            ServerRequest request,
            User user,
            Rights rights,
            Cells cells,
            String tokenName) {
        this.user = user;
        this.rights = rights;
        this.cells = cells;
        this.tokenName = tokenName;
        for (Param part : route.params(In.PATH)) {
            parts.put(
                    part.name(),
                    Asked.bounded(part.name(), request.path().pathParameters().get(part.name())));
        }
        this.queries = queries(route, request);
        this.fields = route.changes() ? fields(route, document(request)) : Map.of();
    }

    /**
     * Reads a request.
     *
     * @throws RefusedException where it is not as the route documents
     */
    static Call of(
            Route route,
            ServerRequest request,
            User user,
            Rights rights,
            Cells cells,
            String tokenName) {
        return new Call(route, request, user, rights, cells, tokenName);
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
        return Optional.of(tokenName);
    }

    @Override
    public Texts texts() {
        return Texts.in("en");
    }

    @Override
    public String part(String name) {
        return Optional.ofNullable(parts.get(name)).orElseThrow();
    }

    @Override
    public String query(String name) {
        return queries.getOrDefault(name, "");
    }

    @Override
    public String field(String name) {
        List<String> all = fields(name);
        return all.isEmpty() ? "" : all.getFirst();
    }

    @Override
    public List<String> fields(String name) {
        return fields.getOrDefault(name, List.of());
    }

    private static Map<String, String> queries(Route route, ServerRequest request) {
        try {
            return queries(route, request.query());
        } catch (IllegalArgumentException unreadable) {
            throw malformed("query: unreadable (expected: UTF-8, percent-encoded)");
        }
    }

    private static Map<String, String> queries(Route route, UriQuery query) {
        Map<String, String> queries = new HashMap<>();
        for (String name : query.names()) {
            Param param =
                    route.params(In.QUERY).stream()
                            .filter(each -> each.name().equals(name))
                            .findFirst()
                            .orElseThrow(() -> unknown("query", name));
            if (query.all(name).size() > 1) {
                throw malformed(name + ": more than once (expected: once)");
            }
            queries.put(name, value(param, Asked.bounded(name, query.get(name))));
        }
        return queries;
    }

    /** Pages say a box is not ticked by leaving it out; so does this. */
    private static String value(Param param, String text) {
        if (param.type() != Route.Type.BOOLEAN) {
            return text;
        }
        return switch (text) {
            case "true" -> text;
            case "false" -> "";
            default -> throw malformed(param.name() + ": unknown (expected: true or false)");
        };
    }

    private static JsonNode document(ServerRequest request) {
        String type = request.headers().contentType().map(it -> it.mediaType().text()).orElse("");
        if (!type.equals("application/json")) {
            throw malformed("content type: (expected: application/json)");
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new RefusedException(
                        OutcomeCode.BODY_TOO_LARGE,
                        "body: too large (expected: at most %d bytes)".formatted(MOST_BYTES));
            }
            JsonNode document = STRICT.readTree(bytes);
            if (!document.isObject()) {
                throw malformed("body: no object (expected: a JSON object)");
            }
            return document;
        } catch (IOException unreadable) {
            throw malformed("body: unreadable (expected: a JSON object)");
        }
    }

    private static Map<String, List<String>> fields(Route route, JsonNode document) {
        List<Param> known = route.params(In.BODY);
        for (Iterator<String> names = document.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (known.stream().noneMatch(each -> each.name().equals(name))) {
                throw unknown("field", name);
            }
        }
        Map<String, List<String>> fields = new HashMap<>();
        for (Param each : known) {
            JsonNode value = document.get(each.name());
            if (value != null) {
                fields.put(each.name(), values(each, value));
            } else if (each.required()) {
                throw new RefusedException(
                        OutcomeCode.MISSING_FIELD,
                        each.name() + ": missing (expected: " + each.description() + ")");
            }
        }
        return fields;
    }

    private static List<String> values(Param param, JsonNode value) {
        if (param.type() != Route.Type.INTEGERS) {
            return List.of(text(param, param.type(), value));
        }
        if (!value.isArray() || value.size() > MOST_VALUES) {
            throw wrong(param, "at most " + MOST_VALUES + " whole numbers");
        }
        List<String> all = new ArrayList<>();
        value.forEach(each -> all.add(text(param, Route.Type.INTEGER, each)));
        return all;
    }

    private static String text(Param param, Route.Type type, JsonNode value) {
        return switch (type) {
            case TEXT -> {
                if (!value.isTextual()) {
                    throw wrong(param, "a text");
                }
                yield Asked.bounded(param.name(), value.textValue().strip());
            }
            case INTEGER, INTEGERS -> {
                if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                    throw wrong(param, "a whole number");
                }
                yield Long.toString(value.longValue());
            }
            case NUMBER -> {
                if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
                    throw wrong(param, "a number");
                }
                yield BigDecimal.valueOf(value.doubleValue()).stripTrailingZeros().toPlainString();
            }
            case BOOLEAN -> {
                if (!value.isBoolean()) {
                    throw wrong(param, "true or false");
                }
                yield value.booleanValue() ? "true" : "";
            }
        };
    }

    private static RefusedException wrong(Param param, String expected) {
        return malformed(param.name() + ": of another type (expected: " + expected + ")");
    }

    private static RefusedException unknown(String what, String name) {
        boolean shown = name.matches("[A-Za-z0-9_.-]{1,40}");
        return malformed(
                "%s: %s is unknown (expected: one that is documented)"
                        .formatted(what, shown ? name : "it"));
    }

    private static RefusedException malformed(String message) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message);
    }
}

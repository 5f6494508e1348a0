package io.feiqian.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.console.Route.In;
import io.feiqian.console.Route.Param;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The API's document (OpenAPI 3.1): a pure function of its routes. */
final class OpenApi {
    static final String PATH = "/openapi.json";

    private static final Pattern WORD = Pattern.compile("[a-z]+");
    private static final String ERROR = "Error";
    private static final String TOKEN = "token";

    private static final Map<String, String> REFUSALS =
            new TreeMap<>(
                    Map.of(
                            "400", "The request is not as documented, or refused by a rule.",
                            "401", "No token, or a wrong one.",
                            "403", "The user may not do this.",
                            "404", "What it names does not exist.",
                            "409", "It contradicts what is on record.",
                            "413", "The body is too large.",
                            "429", "Too many requests; Retry-After says for how long.",
                            "500", "A fault of the console.",
                            "503", "A cell or a database does not answer."));

    private OpenApi() {}

    /** The document of these routes, and of itself. */
    static ObjectNode of(List<Route> routes) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Feiqian console")
                .put("version", "1")
                .put(
                        "description",
                        "What the console's pages show and do. Times ending in millis or micros"
                                + " are since 1970. Every change asks for a reason and is recorded.");
        document.putArray("servers").addObject().put("url", Api.PATH);
        document.putArray("security").addObject().putArray(TOKEN);
        Schemas schemas = new Schemas();
        ObjectNode paths = document.putObject("paths");
        describeItself(paths);
        routes.forEach(each -> describe(each, paths, schemas));
        ObjectNode components = document.putObject("components");
        components
                .putObject("securitySchemes")
                .putObject(TOKEN)
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "A token that a user makes on the password page.");
        components.set("schemas", schemas.named().<ObjectNode>set(ERROR, error()));
        return document;
    }

    private static void describeItself(ObjectNode paths) {
        ObjectNode it =
                paths.putObject(PATH).putObject("get").put("summary", "This document, to anybody.");
        it.put("operationId", "getOpenapi").putArray("security");
        it.putObject("responses").putObject("200").put("description", "The document.");
    }

    private static void describe(Route route, ObjectNode paths, Schemas schemas) {
        ObjectNode path = paths.withObjectProperty(route.path());
        String method = route.changes() ? "post" : "get";
        if (path.has(method)) {
            throw new IllegalStateException(
                    "route: " + method + " " + route.path() + " twice (expected: once)");
        }
        ObjectNode it =
                path.putObject(method)
                        .put("operationId", operation(method, route.path()))
                        .put("summary", route.summary())
                        .put("x-permission", route.needs().key())
                        .put("description", needs(route.needs()));
        ArrayNode parameters = it.putArray("parameters");
        route.params().stream()
                .filter(each -> each.in() != In.BODY)
                .forEach(each -> describe(each, parameters.addObject()));
        if (route.changes()) {
            it.putObject("requestBody")
                    .put("required", true)
                    .putObject("content")
                    .putObject("application/json")
                    .set("schema", body(route.params(In.BODY)));
        }
        ObjectNode responses = it.putObject("responses");
        ObjectNode done = responses.putObject("200").put("description", "Done.");
        done.putObject("headers").set(Api.LEFT_OUT, leftOut());
        content(done, schemas.of(route.answer()));
        REFUSALS.forEach((status, why) ->
                content(responses.putObject(status).put("description", why), Schemas.at(ERROR)));
    }

    private static String needs(Permission needed) {
        return "Needs a role that permits %s%s."
                .formatted(
                        needed.key(),
                        needed.isOfSystem() ? ", and a user of the tenant of all cells" : "");
    }

    private static ObjectNode leftOut() {
        ObjectNode header =
                JsonNodeFactory.instance
                        .objectNode()
                        .put(
                                "description",
                                "There where parts of cells outside of the user's tenant were left out.");
        return header.set("schema", Schemas.plain("boolean"));
    }

    private static void content(ObjectNode response, ObjectNode schema) {
        response.putObject("content").putObject("application/json").set("schema", schema);
    }

    private static void describe(Param param, ObjectNode to) {
        to.put("name", param.name())
                .put("in", param.in() == In.PATH ? "path" : "query")
                .put("required", param.required())
                .put("description", param.description())
                .set("schema", schema(param));
    }

    private static ObjectNode body(List<Param> fields) {
        ObjectNode schema = Schemas.plain("object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (Param each : fields) {
            properties.set(each.name(), schema(each).put("description", each.description()));
            if (each.required()) {
                required.add(each.name());
            }
        }
        return schema;
    }

    private static ObjectNode schema(Param param) {
        return switch (param.type()) {
            case TEXT -> Schemas.plain("string").put("maxLength", Asked.LONGEST_FIELD);
            case INTEGER -> Schemas.plain("integer").put("format", "int64");
            case NUMBER -> Schemas.plain("number");
            case BOOLEAN -> Schemas.plain("boolean");
            case INTEGERS ->
                    Schemas.plain("array")
                            .put("maxItems", 50)
                            .set("items", Schemas.plain("integer").put("format", "int64"));
        };
    }

    private static ObjectNode error() {
        ObjectNode schema = Schemas.plain("object");
        ObjectNode properties = schema.putObject("properties");
        properties.set("code", Schemas.plain("integer").put("description", "stable, for programs"));
        properties.set("name", Schemas.plain("string"));
        properties.set("message", Schemas.plain("string").put("description", "for people"));
        schema.putArray("required").add("code").add("name").add("message");
        return schema;
    }

    /** Such as {@code postTransactionsTraceRetry}. */
    private static String operation(String method, String path) {
        StringBuilder name = new StringBuilder(method);
        WORD.matcher(path)
                .results()
                .map(MatchResult::group)
                .forEach(word ->
                        name.append(Character.toUpperCase(word.charAt(0)))
                                .append(word, 1, word.length()));
        return name.toString();
    }
}

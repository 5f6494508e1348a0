package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the console says of its API, and whether it keeps to it. */
final class ApiDocument {
    private final JsonNode document;

    private ApiDocument(JsonNode document) {
        this.document = document;
    }

    /** The document that this console gives to anybody. */
    static ApiDocument of(String console) {
        try (ApiCaller anybody = new ApiCaller(console, "")) {
            JsonNode document = anybody.get("/openapi.json").body();
            assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
            return new ApiDocument(document);
        }
    }

    /** What a route is documented to need. */
    String permission(String route) {
        int space = route.indexOf(' ');
        return document.path("paths")
                .path(route.substring(space + 1))
                .path(route.substring(0, space).toLowerCase(Locale.ROOT))
                .path("x-permission")
                .asText();
    }

    /** Every route that is documented, such as {@code GET /overview}, but this document's own. */
    List<String> routes() {
        List<String> all = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path ->
                        path.getValue()
                                .fieldNames()
                                .forEachRemaining(method ->
                                        all.add(
                                                method.toUpperCase(Locale.ROOT)
                                                        + " "
                                                        + path.getKey())));
        all.remove("GET /openapi.json");
        return all;
    }

    /** Whether an answer is one that is documented, with every property of its type. */
    void assertDocumented(String route, ApiCaller.Reply reply) {
        JsonNode of =
                document.path("paths")
                        .path(route.substring(4))
                        .path("get")
                        .path("responses")
                        .path(Integer.toString(reply.status()));
        assertThat(of.isMissingNode()).as("%s: %s", route, reply).isFalse();
        assertFits(route, of.at("/content/application~1json/schema"), reply.body());
    }

    /** Whether a document is as its schema says: every property there, of its type, no other. */
    private void assertFits(String where, JsonNode schema, JsonNode value) {
        if (schema.has("$ref")) {
            assertFits(where, document.at(schema.path("$ref").asText().substring(1)), value);
        } else if (schema.has("anyOf")) {
            if (!value.isNull()) {
                assertFits(where, schema.path("anyOf").get(0), value);
            }
        } else {
            switch (schema.path("type").asText()) {
                case "object" -> {
                    assertThat(value.isObject()).as(where).isTrue();
                    value.properties()
                            .forEach(each -> {
                                JsonNode of =
                                        schema.has("properties")
                                                ? schema.path("properties").path(each.getKey())
                                                : schema.path("additionalProperties");
                                assertFits(where + "." + each.getKey(), of, each.getValue());
                            });
                    schema.path("required")
                            .forEach(each ->
                                    assertThat(value.has(each.asText())).as(where).isTrue());
                }
                case "array" ->
                        value.forEach(each -> assertFits(where, schema.path("items"), each));
                case "string" -> assertThat(value.isTextual()).as(where).isTrue();
                case "integer" -> assertThat(value.isIntegralNumber()).as(where).isTrue();
                case "number" -> assertThat(value.isNumber()).as(where).isTrue();
                case "boolean" -> assertThat(value.isBoolean()).as(where).isTrue();
                default -> throw new AssertionError(where + ": no schema of " + value);
            }
        }
    }
}

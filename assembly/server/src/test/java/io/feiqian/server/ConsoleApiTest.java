package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.Json;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.Slot;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs can see and do in a real bank through the console's API, and what they cannot. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleApiTest {
    private static final String OWN = "something 4 Myself";
    private static final String ALL = "VIEWER OPERATOR ADMINISTRATOR";
    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");
    private static final Pattern MADE = Pattern.compile("not shown again: (fqt_[0-9a-f]{64})");

    /** Every address, and who may use it. */
    private static final Map<String, String> ROUTES =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("GET /overview", ALL),
                            Map.entry("GET /transactions", ALL),
                            Map.entry("GET /transactions/{trace}", ALL),
                            Map.entry("POST /transactions/{trace}/retry", "OPERATOR"),
                            Map.entry("POST /transactions/{trace}/suspend", "OPERATOR"),
                            Map.entry("POST /transactions/{trace}/resume", "OPERATOR"),
                            Map.entry("POST /transactions/{trace}/propose", "OPERATOR"),
                            Map.entry("GET /proposals", ALL),
                            Map.entry("POST /proposals/{id}/approve", "OPERATOR"),
                            Map.entry("POST /proposals/{id}/reject", "OPERATOR"),
                            Map.entry("GET /ledger/trial-balance", ALL),
                            Map.entry("GET /ledger/hot-accounts", ALL),
                            Map.entry("GET /accounts/{number}", ALL),
                            Map.entry("GET /configuration", ALL),
                            Map.entry("POST /configuration/set", "OPERATOR"),
                            Map.entry("POST /configuration/publish", "OPERATOR"),
                            Map.entry("POST /configuration/withdraw", "OPERATOR"),
                            Map.entry("POST /configuration/rollback", "OPERATOR"),
                            Map.entry("GET /services", ALL),
                            Map.entry("GET /gateway", ALL),
                            Map.entry("GET /gateways", ALL),
                            Map.entry("GET /policies", ALL),
                            Map.entry("GET /traces", ALL),
                            Map.entry("GET /traces/{id}", ALL),
                            Map.entry("GET /logs", ALL),
                            Map.entry("GET /topology", ALL),
                            Map.entry("GET /alarms", ALL),
                            Map.entry("GET /alarms/history", ALL),
                            Map.entry("POST /alarms/{id}/acknowledge", "OPERATOR"),
                            Map.entry("POST /alarms/{id}/end", "OPERATOR"),
                            Map.entry("GET /silences", ALL),
                            Map.entry("POST /silences", "OPERATOR"),
                            Map.entry("POST /silences/{id}/end", "OPERATOR"),
                            Map.entry("GET /alarm-rules", ALL),
                            Map.entry("POST /alarm-rules", "ADMINISTRATOR"),
                            Map.entry("GET /alarm-channels", ALL),
                            Map.entry("GET /roles", "ADMINISTRATOR"),
                            Map.entry("GET /users", "ADMINISTRATOR"),
                            Map.entry("GET /audit", ALL)));

    private final Map<String, ConsoleVisitor> visitors = new TreeMap<>();
    private final List<String> tokens = new ArrayList<>();
    private BankInOneProcess bank;
    private Path folder;
    private String console = "";
    private String trace = "";
    private String payer = "";
    private JsonNode document;

    @BeforeAll
    void start(@TempDir Path home) {
        folder = home;
        bank = BankInOneProcess.observed(home, RouteMap.evenly(2));
        payer = bank.funded(new Slot(17), 1, "1000.00");
        trace = transfer();
        console = bank.startConsole();
        String first = bank.firstPassword();
        visitor("admin", first);
        try (ApiCaller anybody = new ApiCaller(console, "")) {
            document = anybody.get("/openapi.json").body();
        }
    }

    @AfterAll
    void stop() {
        visitors.values().forEach(ConsoleVisitor::close);
        bank.close();
    }

    @Test
    void everyAddressIsDocumentedAndAsksForTheRoleThatMayUseIt() {
        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(documented()).containsExactlyInAnyOrderElementsOf(ROUTES.keySet());
        for (String role : List.of("VIEWER", "OPERATOR", "ADMINISTRATOR")) {
            String user = "a-" + role.toLowerCase(Locale.ROOT);
            user(user, role);
            try (ApiCaller caller = new ApiCaller(console, token(user, "matrix", "90"))) {
                ROUTES.forEach((route, who) -> {
                    ApiCaller.Reply reply = ask(caller, route);
                    assertThat(reply.name())
                            .as("%s of %s", route, role)
                            .isNotIn("UNKNOWN_PATH", "METHOD_NOT_ALLOWED", "INTERNAL_ERROR");
                    assertThat(reply.name().equals("NOT_PERMITTED"))
                            .as("%s of %s", route, role)
                            .isEqualTo(!who.contains(role));
                    assertThat(reply.status() == 403)
                            .as("%s of %s", route, role)
                            .isEqualTo(!who.contains(role));
                });
            }
        }
    }

    @Test
    void answersAreAsDocumented() {
        user("reader", "ADMINISTRATOR");
        try (ApiCaller caller = new ApiCaller(console, token("reader", "reads", "1"))) {
            for (String route : ROUTES.keySet()) {
                if (route.startsWith("GET")) {
                    ApiCaller.Reply reply = ask(caller, route);
                    JsonNode of = document.path("paths").path(route.substring(4)).path("get");
                    String status = Integer.toString(reply.status());
                    assertThat(of.path("responses").has(status))
                            .as("%s: %s", route, reply)
                            .isTrue();
                    if (!route.contains("/traces/")) {
                        assertThat(reply.status()).as("%s: %s", route, reply).isEqualTo(200);
                    }
                    assertThat(reply.whole().headers().firstValue("content-disposition"))
                            .as(route)
                            .contains("attachment; filename=\"api.json\"");
                    assertFits(
                            route,
                            of.at("/responses/" + status + "/content/application~1json/schema"),
                            reply.body());
                }
            }
        }
    }

    @Test
    void whatIsSeenIsWhatTheBankHas() {
        user("seer", "VIEWER");
        try (ApiCaller caller = new ApiCaller(console, token("seer", "sees", "1"))) {
            JsonNode account = caller.get("/accounts/" + payer).body();
            assertThat(account.path("balance").isTextual()).isTrue();
            assertThat(account.path("balance").asText()).isEqualTo(bank.balance(payer));
            assertThat(caller.get("/transactions/" + trace).body().path("entries")).isNotEmpty();
            assertThat(caller.get("/overview").body().path("cells")).hasSize(2);
            JsonNode services = caller.get("/services").body();
            assertThat(services.path("registry_answers").asBoolean()).isTrue();
            assertThat(services.path("services").path(0).path("instances")).hasSize(2);
            assertThat(services.path("instances").path(0).path("methods")).isNotEmpty();
            JsonNode tried = caller.get("/policies?try=0").body().path("tried");
            assertThat(tried.path("calls").asLong()).isPositive();
            assertThat(tried.path("newly_refused").asLong()).isZero();
            assertThat(caller.get("/policies?try=99").name()).isEqualTo("INVALID_TEXT");
            assertThat(caller.get("/transactions/" + trace + "/").status()).isNotEqualTo(500);
            assertThat(caller.get("/accounts/1234567890123456").status()).isEqualTo(400);
            assertThat(caller.get("/ledger/hot-accounts?minutes=16").name())
                    .isEqualTo("INVALID_TEXT");
        }
    }

    @Test
    void twoOperatorsPutATransactionRight() throws Exception {
        user("olga", "OPERATOR");
        user("otto", "OPERATOR");
        String stuck = transfer();
        try (ApiCaller olga = new ApiCaller(console, token("olga", "robot", "1"));
                ApiCaller otto = new ApiCaller(console, token("otto", "second", "1"))) {
            String path = "/transactions/" + stuck;
            awaitSettled(olga, path);
            bank.contradict(stuck);
            assertThat(olga.post(path + "/suspend", Map.of("reason", "we look")).status())
                    .isEqualTo(200);
            assertThat(olga.get(path).body().path("suspended").toString())
                    .contains("olga, we look");
            assertThat(olga.post(path + "/resume", Map.of("reason", "seen")).status())
                    .isEqualTo(200);
            assertThat(olga.get(path).body().path("suspended")).isEmpty();
            assertThat(olga.post(path + "/retry", Map.of("reason", "again")).status())
                    .isEqualTo(200);
            ApiCaller.Reply proposed =
                    olga.post(
                            path + "/propose",
                            Map.of(
                                    "reason", "the payee has it",
                                    "branch", 1,
                                    "verdict", "CONFIRMED"));
            assertThat(proposed.status()).as("%s", proposed).isEqualTo(200);
            String id = proposed.body().at("/proposal/id").asText();
            String digest = proposed.body().at("/proposal/digest").asText();
            assertThat(olga.get("/proposals").body().toString()).contains(id, digest);
            Map<String, String> yes = Map.of("reason", "it is so", "digest", digest);
            assertThat(olga.post("/proposals/" + id + "/approve", yes).name())
                    .isEqualTo("SECOND_OPERATOR_REQUIRED");
            ApiCaller.Reply approved = otto.post("/proposals/" + id + "/approve", yes);
            assertThat(approved.status()).as("%s", approved).isEqualTo(200);
            assertThat(otto.post("/proposals/" + id + "/reject", Map.of("reason", "x")).status())
                    .isEqualTo(409);
        }
        List<String> audit = Files.readAllLines(folder.resolve("console/audit.jsonl"));
        assertThat(audit)
                .anyMatch(line ->
                        line.contains("transaction.suspend")
                                && line.contains("olga")
                                && line.contains("robot")
                                && line.contains(stuck))
                .anyMatch(line ->
                        line.contains("transaction.approve")
                                && line.contains("otto")
                                && line.contains("second"));
    }

    @Test
    void alarmsAreSilencedAndRulesMade() {
        user("night", "OPERATOR");
        try (ApiCaller admin = new ApiCaller(console, token("admin", "rules", "1"));
                ApiCaller night = new ApiCaller(console, token("night", "duty", "1"))) {
            Map<String, Object> rule =
                    Map.of(
                            "reason", "a test",
                            "name", "made by a program",
                            "enabled", false,
                            "severity", "NOTICE",
                            "kind", "EVENTS",
                            "test", "ABOVE",
                            "bound", 2.5,
                            "window", 30);
            ApiCaller.Reply saved = admin.post("/alarm-rules", rule);
            assertThat(saved.status()).isEqualTo(200);
            JsonNode rules = night.get("/alarm-rules").body().path("rules");
            assertThat(rules)
                    .anySatisfy(each -> {
                        assertThat(each.path("id")).isEqualTo(saved.body().path("id"));
                        assertThat(each.path("name").asText()).isEqualTo("made by a program");
                        assertThat(each.path("bound").asDouble()).isEqualTo(2.5);
                        assertThat(each.path("window").asLong()).isEqualTo(30);
                        assertThat(each.path("enabled").asBoolean()).isFalse();
                    });
            Map<String, Object> silence =
                    Map.of("reason", "we know", "object", "cell-9", "minutes", 5);
            assertThat(night.post("/silences", silence).status()).isEqualTo(200);
            JsonNode begun = night.get("/silences").body().path("silences").get(0);
            assertThat(begun.path("begun_by").asText()).isEqualTo("night");
            String end = "/silences/" + begun.path("id").asLong() + "/end";
            assertThat(night.post(end, Map.of("reason", "over")).status()).isEqualTo(200);
            assertThat(night.get("/silences").body().path("silences")).isEmpty();
            assertThat(night.post("/alarms/999/acknowledge", Map.of("reason", "x")).name())
                    .isEqualTo("INVALID_TEXT");
        }
    }

    @Test
    void aTokenThatIsRevokedOrExpiredOrOfALockedUserIsRefusedAtOnce() throws Exception {
        user("leaver", "VIEWER");
        String revoked = token("leaver", "revoked", "1");
        String expired = token("leaver", "expired", "1");
        String locked = token("leaver", "locked", "1");
        try (ApiCaller one = new ApiCaller(console, revoked);
                ApiCaller two = new ApiCaller(console, expired);
                ApiCaller three = new ApiCaller(console, locked)) {
            assertThat(one.get("/overview").status()).isEqualTo(200);
            change("leaver", "/password/tokens/revoked/revoke");
            assertRefused(one.get("/overview"), "Bearer error=\"invalid_token\"");

            assertThat(two.get("/overview").status()).isEqualTo(200);
            expire("expired");
            assertRefused(two.get("/overview"), "Bearer error=\"invalid_token\"");

            assertThat(three.get("/overview").status()).isEqualTo(200);
            change("admin", "/users/leaver/lock");
            assertRefused(three.get("/overview"), "Bearer error=\"invalid_token\"");
            change("admin", "/users/leaver/unlock");
            assertThat(three.get("/overview").status()).isEqualTo(200);
            change("admin", "/users/leaver/reset");
            assertRefused(three.get("/overview"), "Bearer error=\"invalid_token\"");
        }
    }

    @Test
    void aSessionOpensNoApiAndATokenNoPage() throws Exception {
        user("both", "OPERATOR");
        String token = token("both", "both", "1");
        ConsoleVisitor visitor = visitor("both", "");
        assertThat(visitor.get("/api/v1/overview").statusCode()).isEqualTo(401);
        assertThat(
                        visitor.post(
                                        "/api/v1/transactions/" + trace + "/suspend",
                                        Map.of("token", visitor.token(), "reason", "x"))
                                .statusCode())
                .isEqualTo(401);
        try (ApiCaller caller = new ApiCaller(console, token);
                ApiCaller nobody = new ApiCaller(console, "")) {
            for (String page : List.of("/", "/transactions", "/password", "/users")) {
                HttpResponse<String> reply = caller.page(page);
                assertThat(reply.statusCode()).as(page).isEqualTo(303);
                assertThat(reply.headers().firstValue("location")).contains("/sign-in");
            }
            assertRefused(nobody.get("/overview"), "Bearer");
            assertThat(nobody.get("/nowhere").name()).isEqualTo("UNKNOWN_PATH");
            assertThat(nobody.send("DELETE", "/users", "", "text/plain").status()).isEqualTo(405);
        }
        assertThat(visitor.get("/password").body()).doesNotContain(">more<");
    }

    @Test
    void whatIsNotAsDocumentedIsRefused() {
        user("sloppy", "OPERATOR");
        String path = "/transactions/" + trace + "/suspend";
        Map<String, String> bodies = new TreeMap<>();
        bodies.put("{", "MALFORMED_REQUEST");
        bodies.put("[]", "MALFORMED_REQUEST");
        bodies.put("{\"reason\":\"x\"} {}", "MALFORMED_REQUEST");
        bodies.put("{\"reason\":\"x\",\"reason\":\"y\"}", "MALFORMED_REQUEST");
        bodies.put("{\"reason\":\"x\",\"force\":true}", "MALFORMED_REQUEST");
        bodies.put("{\"reason\":7}", "MALFORMED_REQUEST");
        bodies.put("{\"reason\":null}", "MALFORMED_REQUEST");
        bodies.put("{}", "MISSING_FIELD");
        bodies.put("{\"reason\":\" \"}", "OPERATOR_REQUIRED");
        bodies.put("{\"reason\":\"a\\u0000b\"}", "INVALID_TEXT");
        bodies.put("{\"reason\":\"" + "x".repeat(2_001) + "\"}", "INVALID_TEXT");
        bodies.put("{\"reason\":\"" + "x".repeat(20_000) + "\"}", "BODY_TOO_LARGE");
        bodies.put("[".repeat(5_000), "MALFORMED_REQUEST");
        try (ApiCaller caller = new ApiCaller(console, token("sloppy", "tries", "1"))) {
            bodies.forEach((body, name) -> {
                ApiCaller.Reply reply = caller.post(path, body);
                String shown = body.substring(0, Math.min(40, body.length()));
                assertThat(reply.name()).as(shown).isEqualTo(name);
                assertThat(reply.status()).as(shown).isIn(400, 413);
                assertThat(reply.body().path("code").asInt()).as(shown).isPositive();
                assertThat(reply.whole().body()).as(shown).doesNotContain("Exception", "jackson");
            });
            assertThat(caller.send("POST", path, "reason=x", "text/plain").name())
                    .isEqualTo("MALFORMED_REQUEST");
            assertThat(caller.post(path, "{\"reason\":\"" + "x".repeat(70_000) + "\"}").status())
                    .isEqualTo(413);
            for (String query : List.of("cell=a%00b", "sort=x", "cell=a&cell=b", "overdue=x")) {
                assertThat(caller.get("/transactions?" + query).status()).as(query).isEqualTo(400);
            }
            assertThat(caller.get("/transactions/a%00b").status()).isEqualTo(400);
            assertThat(caller.get("/transactions/" + trace).body().path("suspended")).isEmpty();
        }
    }

    @Test
    void whoAsksTooOftenWaitsAndNobodyElse() {
        user("eager", "VIEWER");
        user("calm", "VIEWER");
        try (ApiCaller eager = new ApiCaller(console, token("eager", "loop", "1"));
                ApiCaller calm = new ApiCaller(console, token("calm", "sometimes", "1"))) {
            List<HttpResponse<String>> replies = eager.getAtOnce("/users", 150);
            assertThat(replies).extracting(HttpResponse::statusCode).contains(403, 429);
            assertThat(replies)
                    .filteredOn(each -> each.statusCode() == 429)
                    .allSatisfy(each -> {
                        assertThat(each.body()).contains("OVERLOADED");
                        assertThat(each.headers().firstValue("retry-after")).contains("1");
                    });
            assertThat(calm.get("/users").status()).isEqualTo(403);
            try (ApiCaller wrong = new ApiCaller(console, "fqt_" + "0".repeat(64))) {
                assertThat(wrong.getAtOnce("/users", 150))
                        .extracting(HttpResponse::statusCode)
                        .contains(401, 429)
                        .doesNotContain(403);
            }
            assertThat(calm.get("/users").status()).as("from the same address").isEqualTo(403);
        }
        // Makes two passwords, which takes long enough for others to be told 401 again.
        user("later", "VIEWER");
    }

    @Test
    void tokensLieNowhere() throws Exception {
        user("secret", "VIEWER");
        String token = token("secret", "hidden", "1");
        ConsoleVisitor visitor = visitor("secret", "");
        assertThat(visitor.get("/password").body())
                .contains("hidden", "…" + token.substring(64))
                .doesNotContain(token);
        try (ApiCaller caller = new ApiCaller(console, token)) {
            assertThat(caller.get("/overview").status()).isEqualTo(200);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                for (String each : List.copyOf(tokens)) {
                    assertThat(text.contains(each.substring(4))).as("%s", file).isFalse();
                }
            }
        }
        assertThat(Files.readString(folder.resolve("console/audit.jsonl")))
                .contains("console.token-make", "hidden");
    }

    @Test
    void aTokenTakesAPasswordAndABoundedTime() {
        user("maker", "VIEWER");
        assertThat(make("maker", "long", "366", OWN)).contains("expected: 1 to 365");
        assertThat(make("maker", "UPPER", "1", OWN)).contains("INVALID_TEXT");
        assertThat(make("maker", "fine", "1", "not the password")).contains("NOT_PERMITTED");
        assertThat(make("maker", "fine", "", OWN)).contains("not shown again: fqt_");
        assertThat(make("maker", "fine", "1", OWN)).contains("ALREADY_EXISTS");
    }

    private ApiCaller.Reply ask(ApiCaller caller, String route) {
        String path =
                route.substring(route.indexOf('/'))
                        .replace("{trace}", trace)
                        .replace("{number}", payer)
                        .replace("/traces/{id}", "/traces/" + "0".repeat(32))
                        .replace("{id}", route.contains("proposals") ? "1-1" : "1");
        return route.startsWith("GET") ? caller.get(path) : caller.post(path, "{}");
    }

    private List<String> documented() {
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

    private static void assertRefused(ApiCaller.Reply reply, String challenge) {
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.name()).isEqualTo("UNAUTHENTICATED");
        assertThat(reply.whole().headers().firstValue("www-authenticate")).contains(challenge);
    }

    private String transfer() {
        ObjectNode transfer = bank.transfer(payer, bank.account(new Slot(7_777)), "1.00");
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
        return transfer.path("trace_number").asText();
    }

    private static void awaitSettled(ApiCaller caller, String path) {
        for (int i = 0; i < 2_000; i++) {
            if (!caller.get(path).body().path("unfinished").asBoolean(true)) {
                return;
            }
        }
        throw new AssertionError("unfinished: " + path);
    }

    private void expire(String name) throws IOException {
        Path file;
        try (Stream<Path> files = Files.walk(folder)) {
            file = files.filter(each -> each.endsWith("console-tokens")).findFirst().orElseThrow();
        }
        JsonNode all = Json.MAPPER.readTree(Files.readString(file));
        all.forEach(each -> {
            if (each.path("name").asText().equals(name)) {
                ((ObjectNode) each).put("expiresMillis", each.path("createdMillis").asLong());
            }
        });
        Files.writeString(file, all.toString());
    }

    private void user(String name, String role) {
        ConsoleVisitor admin = visitor("admin", "");
        admin.post(
                "/users",
                Map.of("token", admin.token(), "name", name, "role", role, "reason", "a test"));
        Matcher password = FIRST.matcher(admin.get("/users").body());
        assertThat(password.find()).as("a first password for " + name).isTrue();
        visitor(name, password.group(1));
    }

    private ConsoleVisitor visitor(String name, String first) {
        return visitors.computeIfAbsent(
                name,
                _ -> {
                    ConsoleVisitor visitor = new ConsoleVisitor(console);
                    visitor.signInFirst(name, first, OWN);
                    return visitor;
                });
    }

    private String token(String user, String name, String days) {
        Matcher made = MADE.matcher(make(user, name, days, OWN));
        assertThat(made.find()).as("a token of " + user).isTrue();
        tokens.add(made.group(1));
        return made.group(1);
    }

    private String make(String user, String name, String days, String password) {
        ConsoleVisitor visitor = visitor(user, "");
        String problem =
                visitor.post(
                                "/password/tokens",
                                Map.of(
                                        "token", visitor.token(),
                                        "name", name,
                                        "days", days,
                                        "password", password))
                        .body();
        return problem.isEmpty() ? visitor.get("/password").body() : problem;
    }

    private void change(String user, String path) {
        ConsoleVisitor visitor = visitor(user, "");
        assertThat(
                        visitor.post(path, Map.of("token", visitor.token(), "reason", "a test"))
                                .statusCode())
                .isEqualTo(303);
    }
}

package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what at the console of a real bank: every address, tried with every kind of user. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleAccessTest {
    private static final String API = " /api/v1";

    /** Every address with what it needs, written down a second time. */
    private static final List<String> ADDRESSES =
            """
            GET / overview.see
            GET /overview/live overview.see
            GET /transactions transactions.see
            POST /proposals/{id}/approve transactions.approve
            POST /proposals/{id}/reject transactions.approve
            GET /journey transactions.see
            GET /journey/find transactions.see
            GET /journey/{trace}/evidence transactions.export
            POST /journey/{trace}/retry transactions.act
            POST /journey/{trace}/suspend transactions.act
            POST /journey/{trace}/resume transactions.act
            POST /journey/{trace}/propose transactions.propose
            GET /ledger ledger.see
            GET /cells routing.see
            GET /cells/live routing.see
            POST /cells/drain routing.change
            POST /cells/resume routing.change
            POST /cells/stop routing.change
            POST /cells/start routing.change
            GET /services services.see
            GET /services/live services.see
            GET /policies configuration.see
            GET /gateway gateway.see
            GET /gateway/live gateway.see
            POST /gateway/weight gateway.change
            POST /gateway/drain gateway.change
            POST /gateway/resume gateway.change
            POST /gateway/block gateway.change
            POST /gateway/unblock gateway.change
            GET /configuration configuration.see
            POST /configuration/set configuration.change
            POST /configuration/publish configuration.change
            POST /configuration/withdraw configuration.change
            POST /configuration/rollback configuration.change
            GET /traces traces.see
            GET /traces/{id} traces.see
            GET /logs traces.see
            GET /topology traces.see
            GET /alarms alarms.see
            POST /alarms/{id}/acknowledge alarms.act
            POST /alarms/{id}/end alarms.act
            POST /silences alarms.act
            POST /silences/{id}/end alarms.act
            GET /alarms/rules alarms.see
            POST /alarms/rules alarms.manage
            POST /alarms/channels alarms.manage
            POST /alarms/channels/{id}/{change} alarms.manage
            GET /audit audit.see
            GET /users users.see
            GET /users/{name} users.see
            POST /users users.manage
            POST /users/{name}/{change} users.manage
            GET /roles users.see
            POST /roles users.manage
            POST /roles/{name}/remove users.manage
            POST /tenants users.manage
            POST /tenants/{name}/remove users.manage
            GET /password password.own
            POST /password password.own
            POST /password/tokens tokens.use
            POST /password/tokens/{name}/revoke password.own
            GET /api/v1/overview overview.see
            GET /api/v1/transactions transactions.see
            GET /api/v1/transactions/{trace} transactions.see
            POST /api/v1/transactions/{trace}/retry transactions.act
            POST /api/v1/transactions/{trace}/suspend transactions.act
            POST /api/v1/transactions/{trace}/resume transactions.act
            POST /api/v1/transactions/{trace}/propose transactions.propose
            GET /api/v1/proposals transactions.see
            POST /api/v1/proposals/{id}/approve transactions.approve
            POST /api/v1/proposals/{id}/reject transactions.approve
            GET /api/v1/ledger/trial-balance ledger.see
            GET /api/v1/ledger/hot-accounts ledger.see
            GET /api/v1/accounts/{number} ledger.see
            GET /api/v1/services services.see
            GET /api/v1/gateway gateway.see
            GET /api/v1/gateways gateway.see
            GET /api/v1/policies configuration.see
            GET /api/v1/configuration configuration.see
            POST /api/v1/configuration/set configuration.change
            POST /api/v1/configuration/publish configuration.change
            POST /api/v1/configuration/withdraw configuration.change
            POST /api/v1/configuration/rollback configuration.change
            GET /api/v1/traces traces.see
            GET /api/v1/traces/{id} traces.see
            GET /api/v1/logs traces.see
            GET /api/v1/topology traces.see
            GET /api/v1/alarms alarms.see
            GET /api/v1/alarms/history alarms.see
            POST /api/v1/alarms/{id}/acknowledge alarms.act
            POST /api/v1/alarms/{id}/end alarms.act
            GET /api/v1/silences alarms.see
            POST /api/v1/silences alarms.act
            POST /api/v1/silences/{id}/end alarms.act
            GET /api/v1/alarm-rules alarms.see
            POST /api/v1/alarm-rules alarms.manage
            GET /api/v1/alarm-channels alarms.see
            GET /api/v1/audit audit.see
            GET /api/v1/users users.see
            GET /api/v1/roles users.see
            """
                    .lines()
                    .toList();

    private static final Set<String> VIEWER =
            Set.of(
                    "password.own",
                    "tokens.use",
                    "overview.see",
                    "transactions.see",
                    "transactions.export",
                    "ledger.see",
                    "routing.see",
                    "services.see",
                    "configuration.see",
                    "gateway.see",
                    "traces.see",
                    "alarms.see",
                    "audit.see");
    private static final Set<String> OPERATOR =
            both(
                    VIEWER,
                    Set.of(
                            "transactions.act",
                            "transactions.propose",
                            "transactions.approve",
                            "routing.change",
                            "configuration.change",
                            "gateway.change",
                            "alarms.act"));
    private static final Set<String> ADMINISTRATOR =
            both(VIEWER, Set.of("users.see", "users.manage", "alarms.manage"));
    private static final Set<String> TELLER =
            Set.of("password.own", "tokens.use", "ledger.see", "transactions.propose");

    /** What is of the whole system: nothing for a user of a tenant. */
    private static final Set<String> OF_SYSTEM =
            Set.of(
                    "configuration.see",
                    "configuration.change",
                    "gateway.see",
                    "gateway.change",
                    "traces.see",
                    "alarms.see",
                    "alarms.act",
                    "alarms.manage",
                    "audit.see",
                    "users.see",
                    "users.manage");

    private BankInOneProcess bank;
    private Path folder;
    private String console = "";
    private ConsoleStaff staff;
    private String trace = "";
    private String payer = "";

    @BeforeAll
    void start(@TempDir Path home) {
        folder = home;
        bank = BankInOneProcess.observed(home, RouteMap.evenly(2));
        payer = bank.funded(new Slot(17), 1, "1000.00");
        ObjectNode transfer = bank.transfer(payer, bank.account(new Slot(7_777)), "1.00");
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
        trace = transfer.path("trace_number").asText();
        console = bank.startConsole();
        staff = new ConsoleStaff(console, bank.firstPassword());
        assertDone(
                staff.saveRole(
                        "teller", List.of("tokens.use", "ledger.see", "transactions.propose")));
        assertDone(staff.saveTenant("north", List.of("cell-1")));
    }

    @AfterAll
    void stop() {
        staff.close();
        bank.close();
    }

    @Requirement("D6.9-b")
    @Test
    void everyAddressIsTriedWithEveryRoleAndOneTenant() {
        assertThat(bank.consoleAddresses()).containsExactlyInAnyOrderElementsOf(ADDRESSES);
        Map<String, Set<String>> users = new TreeMap<>();
        users.put("a-viewer", VIEWER);
        users.put("an-operator", OPERATOR);
        users.put("an-administrator", ADMINISTRATOR);
        users.put("a-teller", TELLER);
        users.put("a-northerner", without(OPERATOR, OF_SYSTEM));
        users.put("a-northern-administrator", without(ADMINISTRATOR, OF_SYSTEM));
        staff.add("a-viewer", "VIEWER", "all");
        staff.add("an-operator", "OPERATOR", "all");
        staff.add("an-administrator", "ADMINISTRATOR", "all");
        staff.add("a-teller", "teller", "all");
        staff.add("a-northerner", "OPERATOR", "north");
        staff.add("a-northern-administrator", "ADMINISTRATOR", "north");
        users.forEach((user, permitted) ->
                ADDRESSES.forEach(address -> {
                    String needed = address.substring(address.lastIndexOf(' ') + 1);
                    String route = address.substring(0, address.lastIndexOf(' '));
                    if (route.contains(API)) {
                        tryApi(user, route.replace(API, " "), permitted.contains(needed));
                    } else {
                        tryPage(user, route, permitted.contains(needed));
                    }
                }));
    }

    @Test
    void nobodyGetsAnywhereWithoutSigningIn() {
        try (ConsoleVisitor stranger = new ConsoleVisitor(console);
                ApiCaller nobody = new ApiCaller(console, "")) {
            for (String address : ADDRESSES) {
                String route = address.substring(0, address.lastIndexOf(' '));
                if (route.contains(API)) {
                    assertThat(ask(nobody, route.replace(API, " ")).status())
                            .as(route)
                            .isEqualTo(401);
                } else {
                    HttpResponse<String> answer = ask(stranger, route, Map.of());
                    assertThat(answer.statusCode()).as(route).isEqualTo(303);
                    assertThat(answer.headers().firstValue("location"))
                            .as(route)
                            .contains("/sign-in");
                }
            }
        }
    }

    @Test
    void aMenuShowsWhatMayBeSeenAndFormsWhatMayBeDone() {
        staff.add("menu-teller", "teller", "all");
        staff.add("menu-north", "OPERATOR", "north");
        HttpResponse<String> first = staff.visitor("menu-teller").get("/");
        assertThat(first.statusCode()).isEqualTo(303);
        assertThat(first.headers().firstValue("location")).contains("/ledger");
        assertThat(staff.visitor("menu-teller").get("/ledger").body())
                .contains("href=\"/ledger\"")
                .doesNotContain("href=\"/transactions\"", "href=\"/users\"", "href=\"/cells\"");
        String north = staff.visitor("menu-north").get("/journey?trace=" + trace).body();
        assertThat(north)
                .contains("href=\"/cells\"", "/retry", "/propose", "menu-north · operator · north")
                .contains("/evidence")
                .doesNotContain("href=\"/traces\"", "href=\"/alarms\"", "href=\"/users\"");
        assertThat(staff.visitor("menu-north").get("/").body()).doesNotContain("alarms raised");
    }

    @Requirement("D6.9-b")
    @Test
    void aChangeOfARoleHoldsAtOnceForSessionsAndTokens() throws Exception {
        assertDone(staff.saveRole("reader", List.of("ledger.see", "tokens.use")));
        staff.add("robert", "reader", "all");
        ApiCaller robot = staff.caller("robert");
        String account = "/accounts/" + payer;
        assertThat(staff.visitor("robert").get("/ledger").statusCode()).isEqualTo(200);
        assertThat(robot.get(account).status()).isEqualTo(200);
        assertThat(robot.get("/overview").status()).isEqualTo(403);

        assertDone(staff.saveRole("reader", List.of("overview.see", "tokens.use")));
        assertThat(staff.visitor("robert").get("/ledger").statusCode()).isEqualTo(403);
        assertThat(staff.visitor("robert").get("/").statusCode()).isEqualTo(200);
        assertThat(robot.get(account).status()).isEqualTo(403);
        assertThat(robot.get("/overview").status()).isEqualTo(200);

        assertDone(staff.saveRole("reader", List.of("overview.see")));
        assertThat(robot.get("/overview").body().path("message").asText()).contains("tokens.use");
        assertThat(staff.send("robert", "/password/tokens/robot/revoke", Map.of()).statusCode())
                .as("what one has can be given back")
                .isEqualTo(303);

        assertDone(staff.assign("robert", "VIEWER", "all"));
        assertThat(staff.visitor("robert").get("/ledger").statusCode())
                .as("the session is over")
                .isEqualTo(303);
        staff.signInAgain("robert");
        assertThat(staff.visitor("robert").get("/ledger").statusCode()).isEqualTo(200);
        assertThat(staff.visitor("robert").get("/").body()).contains("robert · viewer");
        assertThat(Files.readString(folder.resolve("console/audit.jsonl")))
                .contains("console.role-save", "ledger.see tokens.use", "console.user-assign");
    }

    @Requirement("D6.9-b")
    @Test
    void whoManagesUsersMovesNothing() {
        for (String moves :
                List.of(
                        "transactions.act",
                        "transactions.propose",
                        "transactions.approve",
                        "routing.change")) {
            HttpResponse<String> both = staff.saveRole("both", List.of("users.manage", moves));
            assertThat(both.statusCode()).as(moves).isEqualTo(403);
            assertThat(both.body()).contains("users.manage and " + moves);
        }
        assertThat(staff.admin().get("/roles").body()).doesNotContain(">both<");
        assertThat(staff.saveRole("VIEWER", List.of("ledger.see")).body()).contains("is built in");
        assertThat(staff.asAdmin("/roles/VIEWER/remove", Map.of()).body()).contains("is built in");
        assertThat(staff.asAdmin("/tenants/all/remove", Map.of()).body()).contains("is built in");
        assertThat(staff.saveTenant("all", List.of("cell-1")).body()).contains("is built in");
    }

    @Test
    void nobodyChangesTheirOwnRole() {
        assertThat(staff.assign("admin", "OPERATOR", "all").body())
                .contains("changed by another administrator");
        assertDone(staff.saveRole("people", List.of("users.see", "users.manage")));
        staff.add("paula", "people", "all");
        assertThat(
                        staff.saveRole(
                                        "paula",
                                        "people",
                                        List.of("users.see", "users.manage", "ledger.see"))
                                .body())
                .contains("changed by another administrator");
        assertThat(staff.send("paula", "/users/paula/assign", Map.of("role", "OPERATOR")).body())
                .contains("changed by another administrator");
        assertDone(staff.send("paula", "/users/admin/assign", Map.of("role", "ADMINISTRATOR")));
    }

    @Test
    void whatAUserHasIsNotRemoved() {
        assertDone(staff.saveRole("kept", List.of("ledger.see")));
        assertDone(staff.saveTenant("held", List.of("cell-2")));
        staff.add("keeper", "kept", "held");
        assertThat(staff.asAdmin("/roles/kept/remove", Map.of()).statusCode()).isEqualTo(409);
        assertThat(staff.asAdmin("/tenants/held/remove", Map.of()).statusCode()).isEqualTo(409);
        assertDone(staff.assign("keeper", "VIEWER", "all"));
        assertDone(staff.asAdmin("/roles/kept/remove", Map.of()));
        assertDone(staff.asAdmin("/tenants/held/remove", Map.of()));
        assertThat(staff.assign("keeper", "kept", "all").body()).contains("role: kept (expected:");
        assertThat(staff.assign("keeper", "VIEWER", "held").body())
                .contains("tenant: held (expected:");
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThat(staff.saveTenant("west", List.of("cell-7")).body()).contains("cell: unknown");
        assertThat(staff.saveTenant("west", List.of()).body()).contains("cells: none");
        assertThat(staff.saveTenant("WEST", List.of("cell-1")).statusCode()).isEqualTo(400);
        assertThat(staff.saveRole("west", List.of()).body()).contains("permissions: none");
        assertThat(staff.saveRole("west", List.of("money.make")).body())
                .contains("permission: unknown");
        assertThat(
                        staff.asAdmin(
                                        "/users",
                                        Map.of("name", "x-y", "role", "VIEWER", "tenant", "no"))
                                .body())
                .contains("tenant: no (expected:");
    }

    private void tryPage(String user, String route, boolean permitted) {
        HttpResponse<String> answer =
                ask(
                        staff.visitor(user),
                        route,
                        Map.of("token", staff.visitor(user).token(), "reason", "a test"));
        String said = "%s of %s: %d".formatted(route, user, answer.statusCode());
        if (!permitted && route.equals("GET /")) {
            assertThat(answer.statusCode()).as(said).isEqualTo(303);
            assertThat(answer.headers().firstValue("location").orElse(""))
                    .as(said)
                    .isNotEqualTo("/sign-in");
        } else if (!permitted) {
            assertThat(answer.statusCode()).as(said).isEqualTo(403);
            assertThat(isForWantOfPermission(answer.body())).as(said).isTrue();
        } else if (route.startsWith("GET") && !route.contains("{id}")) {
            assertThat(answer.statusCode()).as(said).isEqualTo(200);
        } else {
            assertThat(answer.statusCode()).as(said).isNotIn(401, 500);
            assertThat(isForWantOfPermission(answer.body())).as(said).isFalse();
            assertThat(answer.headers().firstValue("location").orElse(""))
                    .as(said)
                    .isNotEqualTo("/sign-in");
        }
    }

    private void tryApi(String user, String route, boolean permitted) {
        ApiCaller.Reply reply = ask(staff.caller(user), route);
        String said = "%s of %s: %s".formatted(route, user, reply);
        if (!permitted) {
            assertThat(reply.status()).as(said).isEqualTo(403);
            assertThat(reply.name()).as(said).isEqualTo("NOT_PERMITTED");
        } else if (route.startsWith("GET") && !route.contains("{id}")) {
            assertThat(reply.status()).as(said).isEqualTo(200);
        } else {
            assertThat(reply.status()).as(said).isNotIn(401, 403, 405, 429, 500);
        }
    }

    private static boolean isForWantOfPermission(String body) {
        return body.contains("NOT_PERMITTED")
                && (body.contains("expected: a role that permits")
                        || body.contains("is of the whole system"));
    }

    private HttpResponse<String> ask(
            ConsoleVisitor visitor, String route, Map<String, String> form) {
        String path = path(route);
        return route.startsWith("GET")
                ? visitor.get(
                        route.endsWith("/find")
                                ? path + "?amount=1.00&from=2026-01-05T00:00&minutes=60"
                                : path)
                : visitor.post(path, form);
    }

    private ApiCaller.Reply ask(ApiCaller caller, String route) {
        return route.startsWith("GET") ? caller.get(path(route)) : caller.post(path(route), "{}");
    }

    private String path(String route) {
        return route.substring(route.indexOf('/'))
                .replace("{trace}", trace)
                .replace("{number}", payer)
                .replace("{change}", "lock")
                .replace("/traces/{id}", "/traces/" + "0".repeat(32))
                .replace("{name}", route.startsWith("GET") ? "admin" : "nobody")
                .replace("{id}", route.contains("proposals") ? "1-1" : "1");
    }

    private static void assertDone(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(303);
    }

    private static Set<String> both(Set<String> one, Set<String> other) {
        Set<String> all = new HashSet<>(one);
        all.addAll(other);
        return all;
    }

    private static Set<String> without(Set<String> all, Set<String> these) {
        Set<String> rest = new HashSet<>(all);
        rest.removeAll(these);
        return rest;
    }
}

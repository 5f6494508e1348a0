package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.Evidence;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bank of two cells, of which the users of one tenant may see one: nothing of the other comes
 * through any address.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTenantTest {
    private static final Slot OURS = new Slot(17);
    private static final Slot THEIRS = new Slot(7_777);

    private BankInOneProcess bank;
    private ConsoleStaff staff;
    private String payer = "";
    private String neighbour = "";
    private String foreign = "";
    private String foreignDesk = "";
    private String ownTrace = "";
    private String outgoing = "";
    private String incoming = "";
    private String foreignTrace = "";

    @BeforeAll
    void start(@TempDir Path home) {
        bank = BankInOneProcess.observed(home, RouteMap.evenly(2));
        payer = bank.funded(OURS, 1, "1000.00");
        neighbour = bank.account(new Slot(18));
        foreignDesk = bank.cashDesk(2);
        foreign = bank.funded(THEIRS, 2, "77131.07");
        String other = bank.account(new Slot(7_778));
        ownTrace = transfer(payer, neighbour, "1.00");
        outgoing = transfer(payer, foreign, "2.00");
        incoming = transfer(foreign, payer, "3.00");
        foreignTrace = transfer(foreign, other, "4.44");
        staff = new ConsoleStaff(bank.startConsole(), bank.firstPassword());
        assertThat(staff.saveTenant("north", List.of("cell-1")).statusCode()).isEqualTo(303);
        staff.add("anna", "OPERATOR", "north");
        staff.add("berta", "OPERATOR", "all");
    }

    @AfterAll
    void stop() {
        staff.close();
        bank.close();
    }

    @Requirement("D6.9-b")
    @Test
    void nothingOfAnotherTenantsCellComesThroughAnyAddress() {
        int answered = 0;
        List<String> ofAll = new ArrayList<>();
        for (String address : bank.consoleAddresses()) {
            String route = address.substring(0, address.lastIndexOf(' '));
            if (route.startsWith("GET") && !route.equals("GET /password")) {
                for (String path : paths(route.substring(4))) {
                    Answer seen = get("anna", path);
                    assertThat(seen.status()).as(path).isIn(200, 303, 403, 404, 503);
                    assertNothingForeign(path, seen.body());
                    answered += seen.status() == 200 ? 1 : 0;
                    ofAll.add(get("berta", path).body());
                }
            }
        }
        assertThat(answered).as("addresses that say something").isGreaterThan(15);
        assertThat(ofAll.toString())
                .as("what there is to be seen by a user of all cells")
                .contains("cell-2", foreign, foreignDesk, foreignTrace, "77,131.07");
        for (String path : List.of("/ledger?account=" + payer, "/journey?trace=" + ownTrace)) {
            assertThat(get("anna", path).body()).contains(payer, ownTrace, "cell-1");
        }
        assertThat(get("anna", "/api/v1/overview").body()).contains("cell-1");
        assertThat(get("anna", "/cells").body()).contains("cell-1-1");
    }

    @Test
    void whatIsForeignIsAsWhatDoesNotExist() {
        String noAccount = AccountNumber.of(OURS, AccountNumber.Kind.CUSTOMER, 999_999).toString();
        assertSame("/ledger?account=%s", foreign, noAccount);
        assertSame("/api/v1/accounts/%s", foreign, noAccount);
        String noTrace = bank.trace(OURS).toString();
        assertSame("/journey?trace=%s", foreignTrace, noTrace);
        assertSame("/api/v1/transactions/%s", foreignTrace, noTrace);
        assertSame("/transactions?cell=%s", "cell-2", "cell-7");
        assertSame("/api/v1/transactions?cell=%s", "cell-2", "cell-7");
        for (String action : List.of("retry", "suspend", "resume", "propose")) {
            Map<String, String> form = Map.of("branch", "1", "verdict", "CONFIRMED");
            assertSamePost("/journey/%s/" + action, foreignTrace, noTrace, form);
        }
        for (String action : List.of("approve", "reject")) {
            assertSamePost(
                    "/proposals/%s/" + action, "2-1", "7-1", Map.of("digest", "0".repeat(16)));
        }
        for (String order : List.of("drain", "stop", "resume", "start")) {
            HttpResponse<String> instance =
                    staff.send("anna", "/cells/" + order, Map.of("name", "cell-2-1"));
            HttpResponse<String> nobody =
                    staff.send("anna", "/cells/" + order, Map.of("name", "cell-7-1"));
            assertThat(instance.statusCode()).isEqualTo(nobody.statusCode());
            assertThat(instance.body().replace("cell-2-1", "cell-7-1")).isEqualTo(nobody.body());
            assertThat(staff.send("anna", "/cells/" + order, Map.of("name", "cell-2")).body())
                    .contains("NO_ROUTE");
        }
        assertThat(staff.visitor("berta").get("/cells").body()).doesNotContain("Nobody serves");
    }

    @Requirement("D6.9-b")
    @Test
    void aTransactionAcrossTheBorderIsShownWithoutTheOtherSideAndSaysSo() {
        for (String trace : List.of(outgoing, incoming)) {
            assertThat(get("berta", "/journey?trace=" + trace).body())
                    .contains("cell-2", foreign)
                    .doesNotContain("are left out");
            String seen = get("anna", "/journey?trace=" + trace).body();
            assertThat(seen)
                    .contains("Parts of transactions in other cells are left out", payer, "cell-1")
                    .doesNotContain("in cell-2", foreign);
            ApiCaller.Reply reply = staff.caller("anna").get("/transactions/" + trace);
            assertThat(reply.whole().headers().firstValue("Feiqian-Left-Out")).contains("true");
            assertThat(reply.body().path("entries")).hasSize(1);
        }
        assertThat(get("anna", "/journey?trace=" + ownTrace).body()).doesNotContain("are left out");
        assertThat(get("anna", "/ledger?account=" + payer).body())
                .contains("are left out", neighbour)
                .doesNotContain(foreign);
    }

    @Test
    void evidenceIsOfOwnTransactionsAndSaysWhatIsLeftOut() {
        String own = get("anna", "/journey/" + ownTrace + "/evidence").body();
        assertThat(about(own).path("parts_left_out").asBoolean(true)).isFalse();
        assertThat(own).contains(payer, neighbour);
        for (String trace : List.of(outgoing, incoming)) {
            Answer exported = get("anna", "/journey/" + trace + "/evidence");
            assertThat(exported.status()).isEqualTo(200);
            assertThat(exported.body()).contains(payer).doesNotContain(foreign, "cell-2");
            JsonNode about = about(exported.body());
            assertThat(about.path("parts_left_out").asBoolean()).isTrue();
            assertThat(about.path("tenant").asText()).isEqualTo("north");
            assertThat(about.path("made_by").asText()).isEqualTo("anna");
            String whole = get("berta", "/journey/" + trace + "/evidence").body();
            assertThat(whole).contains(payer, foreign, "cell-2");
            assertThat(about(whole).path("parts_left_out").asBoolean(true)).isFalse();
        }
        Answer others = get("anna", "/journey/" + foreignTrace + "/evidence");
        assertThat(others.status()).isEqualTo(404);
        assertThat(others.body()).contains("UNKNOWN_TRANSACTION");
        assertSame("/journey/%s/evidence", foreignTrace, bank.trace(OURS).toString());
        assertThat(get("berta", "/journey/" + foreignTrace + "/evidence").status()).isEqualTo(200);
    }

    /** What a file of evidence says of itself, where it is as it was made. */
    private static JsonNode about(String file) {
        Evidence.Verdict verdict = Evidence.verify(file);
        assertThat(verdict).as(file).isInstanceOf(Evidence.Verdict.Intact.class);
        return ((Evidence.Verdict.Intact) verdict).first();
    }

    @Test
    void whatIsDoneIsDoneInTheTenantsOwnCells() {
        String trace = transfer(payer, foreign, "5.00");
        awaitSettled(trace);
        bank.contradict(trace);
        assertThat(staff.send("anna", "/journey/" + trace + "/suspend", Map.of()).statusCode())
                .isEqualTo(303);
        String journey = get("berta", "/journey?trace=" + trace).body();
        assertThat(journey).contains("Suspended in cell-1: anna").doesNotContain("in cell-2: anna");
        HttpResponse<String> acknowledged =
                staff.send(
                        "anna",
                        "/journey/" + trace + "/propose",
                        Map.of("branch", "1", "verdict", "CONFIRMED", "evidence", "by hand"));
        assertThat(acknowledged.body()).contains("NOT_TO_BE_RESOLVED");
        assertThat(
                        staff.send(
                                        "berta",
                                        "/journey/" + trace + "/propose",
                                        Map.of(
                                                "branch", "1",
                                                "verdict", "CONFIRMED",
                                                "evidence", "by hand"))
                                .statusCode())
                .as("whoever sees the branch may propose")
                .isEqualTo(303);
    }

    @Test
    void anotherTenantHoldsAtOnceForSessionsAndTokens() {
        staff.add("mover", "VIEWER", "north");
        ApiCaller robot = staff.caller("mover");
        String path = "/accounts/" + foreign;
        assertThat(robot.get(path).status()).isEqualTo(404);
        assertThat(staff.visitor("mover").get("/").body()).doesNotContain("cell-2");
        assertThat(staff.assign("mover", "VIEWER", "all").statusCode()).isEqualTo(303);
        assertThat(robot.get(path).status()).isEqualTo(200);
        staff.signInAgain("mover");
        assertThat(staff.visitor("mover").get("/").body()).contains("cell-2");
        assertThat(staff.assign("mover", "VIEWER", "north").statusCode()).isEqualTo(303);
        assertThat(robot.get(path).status()).isEqualTo(404);
        staff.signInAgain("mover");
        assertThat(staff.visitor("mover").get("/").body()).doesNotContain("cell-2");
    }

    /** Whatever can be asked for there, of this tenant's and of others. */
    private List<String> paths(String route) {
        List<String> paths = new ArrayList<>();
        switch (route) {
            case "/journey" -> traces().forEach(each -> paths.add(route + "?trace=" + each));
            case "/journey/find" ->
                    List.of("2.00", "4.44", "77131.07")
                            .forEach(each ->
                                    paths.add(
                                            route
                                                    + "?minutes=10080&from=2026-01-01T00:00&amount="
                                                    + each));
            case "/ledger" -> {
                paths.add(route);
                accounts().forEach(each -> paths.add(route + "?account=" + each));
            }
            case "/transactions", "/api/v1/transactions" ->
                    List.of("UNFINISHED", "DECIDED", "SETTLED", "CONFIRMED")
                            .forEach(each -> paths.add(route + "?state=" + each));
            case "/cells", "/cells/live" -> {
                paths.add(route);
                paths.add(route + "?slot=7777");
            }
            default -> {
                if (route.contains("{trace}")) {
                    traces().forEach(each -> paths.add(route.replace("{trace}", each)));
                } else if (route.contains("{number}")) {
                    accounts().forEach(each -> paths.add(route.replace("{number}", each)));
                } else {
                    paths.add(route.replace("{id}", "0".repeat(32)).replace("{name}", "admin"));
                }
            }
        }
        return paths;
    }

    private List<String> traces() {
        return List.of(ownTrace, outgoing, incoming, foreignTrace);
    }

    private List<String> accounts() {
        return List.of(payer, neighbour, foreign, foreignDesk);
    }

    /** What was asked for stands in the answer; that is no news. */
    private void assertNothingForeign(String path, String body) {
        String said = body;
        for (String asked : List.of(foreign, foreignDesk, foreignTrace, "77131.07")) {
            said = path.contains(asked) ? said.replace(asked, "") : said;
        }
        assertThat(said)
                .as(path)
                .doesNotContain("cell-2", foreign, foreignDesk, foreignTrace)
                .doesNotContain("77,1", "77131.", "77125.", "77130.");
    }

    private void assertSame(String path, String one, String other) {
        Answer first = get("anna", path.formatted(one));
        Answer second = get("anna", path.formatted(other));
        assertThat(first.status()).as(path).isEqualTo(second.status());
        assertThat(first.body().replace(one, other)).as(path).isEqualTo(second.body());
    }

    private void assertSamePost(String path, String one, String other, Map<String, String> fields) {
        HttpResponse<String> first = staff.send("anna", path.formatted(one), fields);
        HttpResponse<String> second = staff.send("anna", path.formatted(other), fields);
        assertThat(first.statusCode()).as(path).isEqualTo(second.statusCode()).isNotEqualTo(303);
        assertThat(first.body().replace(one, other).replace("cell-2", "cell-7"))
                .as(path)
                .isEqualTo(second.body());
    }

    private void awaitSettled(String trace) {
        for (int i = 0; i < 2_000; i++) {
            if (get("berta", "/journey?trace=" + trace).body().contains(": <b>settled</b>")) {
                return;
            }
        }
        throw new AssertionError("unfinished: " + trace);
    }

    private record Answer(int status, String body) {}

    private Answer get(String user, String path) {
        HttpResponse<String> answer =
                path.startsWith("/api/v1")
                        ? staff.caller(user).get(path.substring("/api/v1".length())).whole()
                        : staff.visitor(user).get(path);
        return new Answer(answer.statusCode(), answer.body());
    }

    private String transfer(String from, String to, String amount) {
        ObjectNode transfer = bank.transfer(from, to, amount);
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
        return TraceNumber.parse(transfer.path("trace_number").asText()).toString();
    }
}

package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Slot;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets into the console of a real bank, and what they may do there. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {
    private static final String ADMINS_OWN = "green Tree 4711 away";
    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");

    private BankInOneProcess bank;
    private Path folder;
    private String console = "";
    private ConsoleVisitor admin;

    @BeforeAll
    void start(@TempDir Path home) {
        folder = home;
        bank = BankInOneProcess.start(home, RouteMap.evenly(2), 1, "");
        console = bank.startConsole();
        admin = new ConsoleVisitor(console);
        admin.signInFirst("admin", bank.firstPassword(), ADMINS_OWN);
    }

    @AfterAll
    void stop() {
        admin.close();
        bank.close();
    }

    @Test
    void aWrongNameOrPasswordIsNoWayIn() {
        try (ConsoleVisitor stranger = new ConsoleVisitor(console)) {
            assertThat(stranger.signIn("admin", "wrong wrong").statusCode()).isEqualTo(403);
            assertThat(stranger.signIn("nobody", "wrong wrong").body())
                    .contains("User or password are wrong");
            assertThat(stranger.get("/").headers().firstValue("location")).contains("/sign-in");
        }
    }

    @Test
    void whoKeepsTryingPasswordsHasToWait() {
        String target = added("target", "VIEWER");
        try (ConsoleVisitor stranger = new ConsoleVisitor(console)) {
            for (int i = 0; i < 5; i++) {
                assertThat(stranger.signIn("target", "guess " + i).statusCode()).isEqualTo(403);
            }
            HttpResponse<String> now = stranger.signIn("target", target);
            assertThat(now.statusCode()).isEqualTo(429);
            assertThat(now.body()).contains("wait");
        }
    }

    @Test
    void theFirstPasswordOpensNothingButThePageThatChangesIt() {
        String first = added("newcomer", "OPERATOR");
        try (ConsoleVisitor newcomer = new ConsoleVisitor(console)) {
            assertThat(newcomer.signIn("newcomer", first).statusCode()).isEqualTo(303);
            assertThat(newcomer.get("/transactions").headers().firstValue("location"))
                    .contains("/password");
            assertThat(
                            newcomer.post(
                                            "/password",
                                            Map.of(
                                                    "token",
                                                    newcomer.token(),
                                                    "old",
                                                    first,
                                                    "new",
                                                    "newcomer12345",
                                                    "again",
                                                    "newcomer12345"))
                                    .body())
                    .contains("too weak");
            newcomer.signInFirst("newcomer", first, "something 4 Myself");
            assertThat(newcomer.get("/transactions").statusCode()).isEqualTo(200);
        }
        assertThat(bank.hasFirstPassword()).as("the admin's, once changed").isFalse();
    }

    @Test
    void formsOfOtherSitesAreRefused() {
        Map<String, String> form = Map.of("name", "intruder", "role", "OPERATOR", "reason", "x");
        HttpResponse<String> without = admin.post("/users", form);
        assertThat(without.statusCode()).isEqualTo(403);
        assertThat(without.body()).contains("not of this session");
        assertThat(admin.get("/users").body()).doesNotContain("intruder");
        try (ConsoleVisitor visitor = new ConsoleVisitor(console)) {
            assertThat(
                            visitor.post(
                                            "/sign-in",
                                            Map.of("name", "admin", "password", ADMINS_OWN),
                                            "Origin",
                                            "http://elsewhere.example")
                                    .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void whoseAccessIsTakenAwayIsOutAtOnce() {
        try (ConsoleVisitor visitor = new ConsoleVisitor(console)) {
            visitor.signInFirst("leaver", added("leaver", "VIEWER"), "something 4 Myself");
            assertThat(visitor.get("/").statusCode()).isEqualTo(200);
            change("/users/leaver/lock");
            assertThat(visitor.get("/").statusCode()).isEqualTo(303);
            assertThat(visitor.signIn("leaver", "something 4 Myself").statusCode()).isEqualTo(403);
            change("/users/leaver/unlock");
            assertThat(visitor.signIn("leaver", "something 4 Myself").statusCode()).isEqualTo(303);
            assertThat(change("/users/admin/lock").body()).contains("another administrator");
        }
    }

    @Test
    void whatUsersDoIsOnRecord() throws Exception {
        String first = added("recorded", "VIEWER");
        change("/users/recorded/reset");
        assertThat(Files.readString(folder.resolve("console/audit.jsonl")))
                .contains("console.user-add", "console.user-reset", "console.sign-in", "recorded")
                .doesNotContain(ADMINS_OWN, first);
    }

    @Test
    void everyAnswerKeepsScriptsAndOtherSitesOut() {
        for (String page : List.of("/sign-in", "/", "/nowhere", "/assets/console.css")) {
            HttpResponse<String> answer = admin.get(page);
            assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
                    .as(page)
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
            assertThat(answer.body()).as(page).doesNotContain(" style=", " onclick=");
        }
        assertThat(admin.get("/nowhere").statusCode()).isEqualTo(404);
        assertThat(admin.get("/journey?trace=%3Cscript%3E").body())
                .contains("INVALID_TRACE_NUMBER")
                .doesNotContain("<script>");
    }

    @Test
    void theLedgerRefusesWhatIsNoAccountAndNoNumber() {
        HttpResponse<String> wrong = admin.get("/ledger?account=%3Cscript%3E");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body())
                .contains("INVALID_ACCOUNT_NUMBER (")
                .doesNotContain("<script>", "Exception");
        for (String number : List.of("minutes=0", "minutes=16", "minutes=five", "before=-1")) {
            HttpResponse<String> answer = admin.get("/ledger?" + number);
            assertThat(answer.statusCode()).as(number).isEqualTo(400);
            assertThat(answer.body()).as(number).contains("INVALID_TEXT");
        }
        String nobodys =
                AccountNumber.of(new Slot(17), AccountNumber.Kind.CUSTOMER, 999_999).toString();
        assertThat(admin.get("/ledger?account=" + nobodys).body())
                .contains("No cell that answers has this account");
    }

    /** Adds a user, and returns the first password. */
    private String added(String name, String role) {
        admin.post(
                "/users",
                Map.of("token", admin.token(), "name", name, "role", role, "reason", "a test"));
        Matcher password = FIRST.matcher(admin.get("/users").body());
        assertThat(password.find()).as("a first password for " + name).isTrue();
        return password.group(1);
    }

    private HttpResponse<String> change(String path) {
        return admin.post(path, Map.of("token", admin.token(), "reason", "a test"));
    }

    @Test
    void ordersToInstancesThatNobodyKnowsOrWithoutReasonAreRefused() {
        try (ConsoleVisitor visitor = new ConsoleVisitor(console)) {
            visitor.signInFirst("router", added("router", "OPERATOR"), "something 4 Myself");
            Map<String, String> nobody =
                    Map.of("token", visitor.token(), "name", "cell-7-1", "reason", "a test");
            assertThat(visitor.post("/cells/drain", nobody).body())
                    .contains("NO_ROUTE", "cell-7-1: no cell and no instance");
            Map<String, String> silently =
                    Map.of("token", visitor.token(), "name", "cell-1-1", "reason", " ");
            assertThat(visitor.post("/cells/drain", silently).body()).contains("OPERATOR_REQUIRED");
            Map<String, String> start =
                    Map.of("token", visitor.token(), "name", "cell-1-1", "reason", "a test");
            assertThat(visitor.post("/cells/start", start).statusCode()).isEqualTo(303);
            assertThat(visitor.get("/cells").body())
                    .contains("There was nothing to do", "service manager of their machine");
            for (String wrong : List.of("slot=10000", "slot=-1", "slot=%3Cscript%3E")) {
                assertThat(visitor.get("/cells?" + wrong).statusCode()).as(wrong).isEqualTo(400);
            }
        }
    }
}

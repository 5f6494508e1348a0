package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.cli.Evidence;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told of by itself, and what they do about it, in a real browser. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.Random.class)
class AlarmsBrowserTest {
    private static final String OWN = "something 4 Myself";

    private final List<String> told = new CopyOnWriteArrayList<>();
    private BankInOneProcess bank;
    private Browser browser;
    private HttpServer receiver;
    private String console = "";
    private String payer = "";
    private String payee = "";

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        assumeTrue(Browser.isThere(), "no Chromium on this machine: the pages are not tried");
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext(
                "/",
                exchange -> {
                    told.add(
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8));
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        receiver.start();
        bank = BankInOneProcess.observed(folder, RouteMap.evenly(2));
        payer = bank.funded(new Slot(17), 1, "1000.00");
        payee = bank.account(new Slot(7_777));
        console = bank.startConsole();
        browser = new Browser(console);
        String first = bank.firstPassword();
        browser.signIn("admin", first);
        browser.choosePassword(first, OWN);
        user("olga", "OPERATOR");
        addChannel();
    }

    @AfterEach
    void nothingWentWrongInTheBrowser() {
        assertThat(browser.faults()).isEmpty();
        assertThat(browser.fits()).isTrue();
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
            bank.close();
            receiver.stop(0);
        }
    }

    @Requirement({"B6.4-f", "D6.10-e"})
    @Test
    void aRuleFindsWhatHappensAndWhoIsOnDutyIsToldAndTakesItOn() {
        browser.signIn("admin", OWN);
        addRule("transfers come", "PER_SECOND", "gateway");
        transfer("1.00");

        browser.signIn("olga", OWN);
        browser.open("/alarms");
        browser.waitForAnew("transfers come · gateway");
        browser.keepPicture("alarms");
        assertThat(browser.text()).contains("warning", "per second is", "Since ");
        browser.waitForAnew("sent ");
        assertThat(told).anyMatch(each -> each.contains("transfers come"));
        browser.fill("reason", "I look at it");
        browser.press("Take on");
        assertThat(browser.text())
                .contains("The alarm was taken on.")
                .contains("Taken on by olga")
                .contains("I look at it");
        browser.open("/");
        browser.waitFor("alarms raised");
    }

    @Requirement("B6.4-f")
    @Test
    void whatAProcessRaisesByItselfIsAnAlarmOfItsTransaction() {
        String trace = transfer("10.00");
        browser.signIn("olga", OWN);
        browser.open("/journey?trace=" + trace);
        browser.waitForAnew("settled");
        bank.contradict(trace);

        browser.open("/alarms");
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains(
                                "transaction-contradiction at",
                                "critical events",
                                "transaction " + trace));
        browser.followTo("/journey?trace=" + trace);
        browser.waitFor("contradiction");
    }

    @Requirement("B6.4-f")
    @Test
    void operatorsSilenceButDoNotChangeRules() {
        browser.signIn("olga", OWN);
        browser.open("/alarms");
        browser.fill("object", "nothing like this");
        browser.fillLast("reason", "planned work");
        browser.press("Silence");
        assertThat(browser.text())
                .contains("Nobody is told until the silence ends.")
                .contains("nothing like this", "planned work", "olga");

        browser.open("/alarms/rules");
        assertThat(browser.text())
                .contains("critical events", "process silent", "duty")
                .doesNotContain("A new rule", "A new channel", "hook-token");
        browser.keepPicture("alarm-rules");
    }

    @Test
    void evidenceOfATransactionIsVerifiedWithoutTheSystem() {
        String trace = transfer("12.34");
        try (ConsoleVisitor visitor = new ConsoleVisitor(console)) {
            assertThat(visitor.signIn("olga", OWN).statusCode()).isEqualTo(303);
            String file = visitor.get("/journey/" + trace + "/evidence").body();

            assertThat(Evidence.verify(file)).isInstanceOf(Evidence.Verdict.Intact.class);
            assertThat(file).contains(trace, "12.34", "cell-1", "cell-2", "olga");
            assertThat(Evidence.verify(file.replace("12.34", "92.34")))
                    .isInstanceOf(Evidence.Verdict.Broken.class);
            assertThat(visitor.get("/journey?trace=" + trace).body())
                    .contains(fingerprint(Evidence.verify(file)));
        }
    }

    private static String fingerprint(Evidence.Verdict verdict) {
        return switch (verdict) {
            case Evidence.Verdict.Intact(var _, int _, String fingerprint) -> fingerprint;
            case Evidence.Verdict.Broken _ -> "broken";
        };
    }

    private void addChannel() {
        browser.open("/alarms/rules");
        browser.openDetails("Webhook");
        browser.fillShown("channel", "name", "duty");
        browser.fillShown(
                "channel",
                "url",
                "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook-token");
        browser.fillShown("channel", "reason", "on duty");
        browser.press("Add");
        assertThat(browser.text()).contains("Channel duty was added.").doesNotContain("hook-token");
        browser.fillShown("channels", "reason", "does it work");
        browser.press("Test");
        assertThat(browser.text()).contains("The test was taken.");
        assertThat(told).anyMatch(each -> each.contains("TEST"));
    }

    private void addRule(String name, String measure, String node) {
        browser.open("/alarms/rules");
        browser.fillShown("rule", "name", name);
        browser.choose("severity", "WARNING");
        browser.choose("kind", "CALLS");
        browser.fillShown("rule", "subject", measure);
        browser.fillShown("rule", "node", node);
        browser.tick("duty");
        browser.fillShown("rule", "reason", "a test");
        browser.press("Save");
        assertThat(browser.text()).contains("Rule " + name + " was saved.");
    }

    private void user(String name, String role) {
        Map<String, String> form = Map.of("name", name, "role", role);
        browser.open("/users");
        form.forEach((field, value) -> {
            if (field.equals("role")) {
                browser.choose(field, value);
            } else {
                browser.fill(field, value);
            }
        });
        browser.fillLast("reason", "a test");
        browser.press("Add");
        String first = browser.text().replaceAll("(?s).*change it: (\\w{20}).*", "$1");
        browser.signIn(name, first);
        browser.choosePassword(first, OWN);
        browser.signIn("admin", OWN);
    }

    private String transfer(String amount) {
        var transfer = bank.transfer(payer, payee, amount);
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
        return transfer.path("trace_number").asText();
    }
}

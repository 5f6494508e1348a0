package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What operators see of services and do about the policies of their calls, in a real browser. In
 * this order, since the last one stops a cell.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PoliciesBrowserTest {
    private static final String OWN = "something 4 Myself";
    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");
    private static final Slot SLOT = new Slot(17);
    private static final String CLOSED =
            "{\"version\": 1, \"policies\": [{\"id\": \"no-new-customers\", \"version\": 1,"
                    + " \"side\": \"provider\", \"applies\": {\"service\": \"feiqian.bank.Bank\","
                    + " \"method\": \"OpenCustomer\"}, \"rate\": {\"perSecond\": 0.001, \"burst\": 1}}]}";

    private BankInOneProcess bank;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path folder) {
        assumeTrue(Browser.isThere(), "no Chromium on this machine: the pages are not tried");
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 1, "");
        browser = new Browser(bank.startConsole());
        String first = bank.firstPassword();
        browser.signIn("admin", first);
        browser.choosePassword(first, OWN);
        add("olga", "OPERATOR");
        add("vera", "VIEWER");
    }

    @AfterEach
    void nothingWentWrongInTheBrowser() {
        assertThat(browser.faults()).isEmpty();
    }

    @AfterAll
    void stop() {
        if (browser != null) {
            browser.close();
            bank.close();
        }
    }

    @Order(1)
    @Test
    void whoServesWhatWhoWatchesAndWhatCame() {
        assertThat(bank.openCustomer(SLOT).isAccepted()).isTrue();
        browser.signIn("vera", OWN);
        browser.follow("Services");
        browser.waitFor("Watched by cell-1-1, cell-2-1, gateway.");
        browser.waitFor("feiqian.bank.Bank/OpenCustomer");
        assertThat(browser.text())
                .contains("Nobody watches it.", "version=", "registered")
                .containsPattern("cell-1-1: [0-9]+ calls in 60 s, 0 failed, 0 by policies");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("services");
        // It goes on by itself.
        assertThat(bank.openCustomer(SLOT).isAccepted()).isTrue();
        browser.waitFor("cell-2-1");
    }

    @Requirement({"B6.4-b", "P6.2.3-c"})
    @Order(2)
    @Test
    void aPolicyIsWrittenTriedPutIntoForceAndTakenBack() {
        for (int i = 0; i < 4; i++) {
            assertThat(bank.openCustomer(SLOT).isAccepted()).isTrue();
        }
        browser.signIn("olga", OWN);
        browser.follow("Policies");
        browser.waitFor("Nothing is published: every call is admitted.");
        browser.fillShown("text", "content", CLOSED);
        browser.fillShown("text", "reason", "a run on new customers");
        browser.press("Write");
        browser.waitFor("governance: version 1 is written, and not published.");
        assertThat(browser.text()).contains("What would a version have refused?");

        browser.open("/policies?try=1");
        browser.waitFor("Only version 1 would refuse");
        assertThat(browser.text())
                .contains("feiqian.bank.Bank/OpenCustomer", "no-new-customers v1")
                .containsPattern("Only version 1 would refuse [4-9] calls; only it would serve 0");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("policies-tried");
        assertThat(bank.openCustomer(SLOT).isAccepted()).as("it was only tried").isTrue();

        browser.open("/policies");
        browser.fillShown("change", "reason", "a run on new customers");
        browser.press("Publish");
        browser.waitFor("governance: rollout 1 is in force.");
        browser.waitForAnew("goes by document 1");
        while (bank.openCustomer(SLOT).outcome().code() != OutcomeCode.RATE_LIMITED) {
            Thread.onSpinWait();
        }
        browser.waitUntilAnew(text ->
                assertThat(text)
                        .containsPattern("no-new-customers v1 cell-1-1 1 [1-9]")
                        .contains("RATE", "service feiqian.bank.Bank, method OpenCustomer"));
        browser.keepPicture("policies");
        assertThat(browser.fits()).isTrue();
        browser.open("/language/zh");
        browser.open("/policies?try=0");
        assertThat(browser.text()).contains("生效中", "仅版本 0 会拒绝 0 次");
        assertThat(browser.fits()).isTrue();
        browser.open("/services");
        assertThat(browser.text()).contains("订阅者：");
        browser.open("/language/en");

        browser.open("/policies");
        browser.fillShown("text", "content", "{}");
        browser.fillShown("text", "reason", "enough");
        browser.press("Write");
        browser.waitFor("governance: version 2 is written");
        browser.fillShown("change", "reason", "enough");
        browser.press("Publish");
        browser.waitFor("governance: rollout 2 is in force.");
        while (!bank.openCustomer(SLOT).isAccepted()) {
            Thread.onSpinWait();
        }
        browser.waitForAnew("No policy is in force at an instance that answers.");
        assertThat(bank.texts(1, "select operator || ' ' || action from change_record"))
                .contains("olga configuration.set", "olga configuration.publish");

        browser.signIn("vera", OWN);
        browser.open("/policies");
        assertThat(browser.text()).doesNotContain("Publish, withdraw, roll back");
    }

    @Order(3)
    @Test
    void whoDoesNotAnswerIsNamed() {
        browser.signIn("vera", OWN);
        bank.stopCell(2);
        browser.open("/policies");
        browser.waitForAnew("does not answer");
        browser.open("/services");
        browser.waitForAnew("cell-2: the instance at");
        bank.stopCell(1);
        browser.open("/policies");
        browser.waitForAnew("what is meant to be in force is not known");
        browser.open("/services");
        browser.waitForAnew("who is registered is not known");
        browser.keepPicture("services-silent");
    }

    private void add(String name, String role) {
        browser.signIn("admin", OWN);
        browser.open("/users");
        browser.fill("name", name);
        browser.choose("role", role);
        browser.fillLast("reason", "starts today");
        browser.press("Add");
        browser.waitFor("has to change it");
        Matcher first = FIRST.matcher(browser.text());
        assertThat(first.find()).isTrue();
        browser.signIn(name, first.group(1));
        browser.choosePassword(first.group(1), OWN);
    }
}

package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.Slot;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How an administrator gives somebody just what they need, in a real browser. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessBrowserTest {
    private static final String OWN = "something 4 Myself";
    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");
    private static final String LEDGER = "see accounts and balances ledger.see";
    private static final List<String> NOT_THEIRS =
            List.of("Overview", "Cells and routing", "Traces", "Alarms", "Users", "Audit");

    private BankInOneProcess bank;
    private Browser browser;
    private String payer = "";
    private String trace = "";

    @BeforeAll
    void start(@TempDir Path folder) {
        assumeTrue(Browser.isThere(), "no Chromium on this machine: the pages are not tried");
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 1, "");
        payer = bank.funded(new Slot(17), 1, "1000.00");
        ObjectNode transfer = bank.transfer(payer, bank.account(new Slot(18)), "1.00");
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
        trace = transfer.path("trace_number").asText();
        browser = new Browser(bank.startConsole());
        String first = bank.firstPassword();
        browser.signIn("admin", first);
        browser.choosePassword(first, OWN);
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

    @Test
    void aRoleOfOnesOwnShowsItsUserJustWhatItPermits() {
        browser.signIn("admin", OWN);
        saveRole("front-desk", "see transactions and journeys transactions.see", LEDGER);
        browser.waitFor("Role front-desk was saved; it holds at once.");
        assertThat(browser.text())
                .containsPattern("front-desk transactions\\.see, ledger\\.see 0\\nRemove")
                .contains("viewer", "operator", "administrator", "built in");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("roles");

        String password = add("frieda", "front-desk");
        browser.follow("frieda");
        browser.waitFor("front-desk · all cells · has to change the password");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("user");
        browser.signIn("frieda", password);
        browser.choosePassword(password, OWN);

        browser.waitFor("frieda · front-desk");
        for (String page : List.of("/", "/transactions", "/ledger?account=" + payer)) {
            browser.open(page);
            assertThat(browser.text())
                    .as(page)
                    .contains("Transactions", "Journey", "Ledger")
                    .doesNotContain(NOT_THEIRS.toArray(String[]::new));
        }
        assertThat(browser.text()).contains("999.00", trace);
        browser.open("/journey?trace=" + trace);
        assertThat(browser.text())
                .contains(payer, "1.00 CNY")
                .doesNotContain("Export as evidence", "Suspend", "Propose");
        browser.keepPicture("journey-of-a-role-that-only-sees");
        for (String refused : List.of("/users", "/cells", "/journey/" + trace + "/evidence")) {
            browser.open(refused);
            browser.waitFor("NOT_PERMITTED");
        }
        assertRefusedOnly("403");
    }

    @Test
    void anotherRoleIsGivenOnTheUsersOwnPageAndOnlyAnUnusedOneIsRemoved() {
        browser.signIn("admin", OWN);
        saveRole("counter", LEDGER);
        browser.waitFor("Role counter was saved");
        add("carla", "counter");
        browser.open("/roles");
        assertThat(browser.text())
                .containsPattern("counter ledger\\.see 1")
                .as("a role that somebody has")
                .doesNotContain("Remove");

        give("carla", "VIEWER");
        browser.waitFor("From now on carla has this role in this tenant.");
        assertThat(browser.text()).contains("carla viewer all cells");
        browser.open("/users/admin");
        assertThat(browser.text())
                .contains("Your own access is changed by another administrator.")
                .doesNotContain("Give role and tenant");

        browser.open("/roles");
        browser.fill("reason", "nobody has it");
        browser.press("Remove");
        browser.waitFor("Role counter was removed.");
        assertThat(browser.text()).doesNotContain("counter ledger.see");
        browser.open("/audit?text=counter");
        assertThat(browser.text())
                .containsPattern("admin\\s+console.role-remove[\\s\\S]*nobody has it")
                .containsPattern("admin\\s+console.role-save");
    }

    @Test
    void aRoleThatManagesUsersAndMovesMoneyIsNotSaved() {
        browser.signIn("admin", OWN);
        saveRole(
                "both",
                "change users, roles, tenants users.manage",
                "approve and reject proposals transactions.approve");
        browser.waitFor("users.manage and transactions.approve");
        browser.open("/roles");
        assertThat(browser.text()).doesNotContain("both users", "both transactions");
        browser.open("/language/zh");
        browser.open("/theme/dark");
        browser.open("/roles");
        assertThat(browser.text()).contains("导出证据\ntransactions.export");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("roles-chinese-dark");
        browser.open("/language/en");
        assertRefusedOnly("403");
    }

    /** What a page refuses is an answer with an error's status, which a browser notes. */
    private void assertRefusedOnly(String status) {
        assertThat(browser.faults()).allMatch(it -> it.contains("status of " + status));
    }

    private void saveRole(String name, String... permissions) {
        browser.open("/users");
        browser.follow("Roles and tenants");
        browser.fillShown("roles form[action='/roles']", "name", name);
        List.of(permissions).forEach(browser::tick);
        browser.fillShown("roles form[action='/roles']", "reason", "for those at the desk");
        browser.press("Save the role");
    }

    private void give(String name, String role) {
        browser.open("/users");
        browser.follow(name);
        browser.choose("role", role);
        browser.fill("reason", "does something else now");
        browser.press("Give role and tenant");
    }

    /** Adds a user; answers with the first password. */
    private String add(String name, String role) {
        browser.open("/users");
        browser.fill("name", name);
        browser.choose("role", role);
        browser.fillLast("reason", "starts today");
        browser.press("Add");
        browser.waitFor("has to change it");
        Matcher first = FIRST.matcher(browser.text());
        assertThat(first.find()).isTrue();
        return first.group(1);
    }
}

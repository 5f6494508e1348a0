package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators find out and do at the console, in a real browser over real cells. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleBrowserTest {
    private static final String OWN = "something 4 Myself";
    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");

    private BankInOneProcess bank;
    private Browser browser;
    private String payer = "";
    private String payee = "";

    @BeforeAll
    void start(@TempDir Path folder) {
        assumeTrue(Browser.isThere(), "no Chromium on this machine: the pages are not tried");
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 1, "");
        payer = bank.funded(new Slot(17), 1, "1000.00");
        payee = bank.account(new Slot(7_777));
        browser = new Browser(bank.startConsole());
        browser.open("/sign-in");
        browser.keepPicture("sign-in");
        String first = bank.firstPassword();
        browser.signIn("admin", first);
        browser.choosePassword(first, OWN);
        add("anna");
        add("berta");
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
    void theOverviewShowsEveryCellAndRefreshesItself() {
        browser.signIn("anna", OWN);
        browser.open("/");
        assertThat(browser.text()).contains("2 / 2", "cell-1", "cell-2", "2026-01-05");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("overview");

        bank.stopCell(2);
        try {
            browser.waitFor("does not answer");
            assertThat(browser.text()).contains("1 / 2");
            browser.keepPicture("overview-with-a-silent-cell");
        } finally {
            bank.startCell(2);
        }
        browser.waitFor("2 / 2");
    }

    @Test
    void aTokenForProgramsIsShownOnceAndRevoked() {
        browser.signIn("anna", OWN);
        browser.open("/password");
        browser.fill("name", "robot");
        browser.fill("password", OWN);
        browser.press("Make a token");
        browser.waitFor("It is not shown again: fqt_");
        assertThat(browser.fits()).isTrue();
        browser.open("/password");
        assertThat(browser.text()).contains("robot", "…").doesNotContain("fqt_");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("tokens");
        browser.press("Revoke");
        browser.waitFor("The token robot is refused from now on.");
    }

    @Test
    void theJourneyOfATransferShowsItsDecisionBranchesAndEntries() {
        String trace = transfer("12.34");
        browser.signIn("anna", OWN);
        browser.follow("Journey");
        browser.fill("trace", trace);
        browser.press("Show");
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains("settled")
                        .contains("branch: confirmed", "ledger.credit", payer, payee, "12.34 CNY")
                        .contains("Branch 1 of ledger.credit in slot 7777, cell-2: finished"));
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("journey");

        browser.open("/journey?trace=" + bank.trace(new Slot(17)));
        assertThat(browser.text()).contains("No cell that answers has a record of it");

        LocalDateTime now = LocalDateTime.ofInstant(Clock.system().now(), ZoneOffset.UTC);
        browser.open(
                "/journey/find?amount=12.34&minutes=60&from="
                        + now.minusMinutes(30).truncatedTo(ChronoUnit.MINUTES));
        assertThat(browser.text()).contains(trace, "cell-1", "cell-2", "12.34 CNY");
        assertThat(browser.fits()).isTrue();
        browser.follow(trace);
        browser.waitFor("Export as evidence");
        browser.fill("trace", payer);
        browser.press("Show");
        assertThat(browser.text()).contains(payer, trace);
    }

    @Requirement("P6.3.3-d")
    @Test
    void aStuckTransactionIsFoundAndPutRightByTwoOperators() {
        String trace = transfer("10.00");
        browser.signIn("anna", OWN);
        browser.open("/journey?trace=" + trace);
        browser.waitForAnew("settled");
        bank.contradict(trace);

        browser.open("/transactions?overdue=60");
        browser.waitUntilAnew(
                page -> assertThat(page).contains(trace).contains("up to a day", "ledger.credit"));
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("transactions");
        browser.follow(trace);
        browser.waitForAnew("CONTRADICTION");

        browser.fill("reason", "we look at it");
        browser.press("Suspend");
        browser.waitFor("It is suspended.");
        assertThat(browser.text()).contains("Suspended in cell-1: anna, we look at it");
        browser.fill("reason", "seen");
        browser.press("Resume");
        browser.waitFor("It goes on.");

        browser.openDetails("Propose how a branch is to end");
        propose("CANCELLED");
        browser.waitFor("NOT_TO_BE_RESOLVED");
        browser.open("/journey?trace=" + trace);
        browser.openDetails("Propose how a branch is to end");
        propose("CONFIRMED");
        browser.waitFor("waits for another operator");
        browser.keepPicture("journey-with-a-proposal");
        approve("the same person");
        browser.waitFor("SECOND_OPERATOR_REQUIRED");

        browser.signIn("berta", OWN);
        browser.open("/");
        assertThat(browser.text()).containsPattern("1\\s+to be approved");
        browser.open("/transactions");
        assertThat(browser.text()).contains("Proposed by anna: the payee has it");
        approve("it is as anna says");
        browser.waitFor("is approved, and done");

        browser.open("/journey?trace=" + trace);
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains("decision: settled")
                        .contains("branch: confirmed", "Decided by berta: it is as anna says")
                        .contains("anna, transaction.suspend: we look at it"));
        browser.keepPicture("journey-put-right");

        browser.open("/audit?text=" + trace);
        assertThat(browser.text())
                .contains("Nothing was changed or dropped since it was written")
                .containsPattern("berta\\s+transaction.approve[\\s\\S]*it is as anna says")
                .containsPattern("anna\\s+transaction.propose[\\s\\S]*the payee has it");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("audit");
        browser.follow(trace);
        // What a page refuses is an answer with an error's status, which a browser notes.
        assertThat(browser.faults())
                .allMatch(it -> it.contains("status of 409") || it.contains("status of 400"));
    }

    @Test
    void theLedgerShowsWhatAllCellsHoldAndWhichAccountsAreHot() {
        transfer("7.89");
        browser.signIn("anna", OWN);
        browser.follow("Ledger");
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains(payer, "fits")
                        .containsPattern("CNY Together \\d+ 0\\.00 0\\.00 0\\.00")
                        .containsPattern("cell-1 cell-2 CNY [\\d.]+ -[\\d.]+ 0\\.00 fits")
                        .containsPattern(payer + " cell-1 customer \\d+ [\\d,.]+ CNY")
                        .containsPattern("\\d+ journal entries since 20")
                        .doesNotContain("must be 0", "does NOT fit"));
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("ledger");
        browser.follow(payer);
        browser.waitFor("Statement, the newest first");
    }

    @Test
    void anAccountsStatementLeadsToTheJourneyAndBack() {
        String busy = bank.funded(new Slot(18), 1, "1000.00");
        String trace = "";
        for (int i = 0; i < 50; i++) {
            trace = transfer(busy, "2.34");
        }
        browser.signIn("anna", OWN);
        browser.open("/ledger");
        browser.fill("account", busy + "\n");
        String newest = trace;
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains(newest)
                        .contains("883.00 CNY\nBalance", "883.00\nAvailable", "0.00\nHeld")
                        .contains("cell-1 0018 customer open")
                        .containsPattern("transfer " + newest + " 0 " + payee + " -2\\.34 883\\.00")
                        .doesNotContain("deposit", "Test Customer"));
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("ledger-account");
        browser.follow("Older");
        browser.waitFor("deposit");
        assertThat(browser.text()).contains("1,000.00 1,000.00").doesNotContain(trace);

        browser.follow("The newest");
        browser.waitFor(trace);
        browser.follow(trace);
        browser.waitFor("Decision and branches");
        browser.follow(busy);
        browser.waitFor("Statement, the newest first");
    }

    @Test
    void booksThatDoNotFitAreMarkedAndASilentCellIsNamed() {
        transfer("1.00");
        browser.signIn("anna", OWN);
        browser.open("/ledger");
        // One part of what the second cell owes the first.
        String owed =
                "update account set balance = balance %s 1 where id ="
                        + " (select min(id) from account where id / 10000000000 %% 100 = 90)";
        bank.run(2, owed.formatted("-"));
        try {
            browser.waitUntilAnew(page ->
                    assertThat(page)
                            .contains("does NOT fit")
                            .containsPattern("cell-2 CNY .* -0\\.01 must be 0")
                            .containsPattern("CNY Together \\d+ -0\\.01 must be 0")
                            .doesNotContainPattern("cell-1 CNY .* must be 0"));
            browser.keepPicture("ledger-out-of-balance");
        } finally {
            bank.run(2, owed.formatted("+"));
        }

        bank.stopCell(2);
        try {
            browser.open("/ledger?account=" + payee);
            browser.waitFor("No answer from: cell-2");
            assertThat(browser.text()).contains("No cell that answers has this account");
            browser.open("/ledger");
            browser.waitUntilAnew(page ->
                    assertThat(page)
                            .contains("one is not known")
                            .contains("No answer from: cell-2"));
        } finally {
            bank.startCell(2);
        }
        browser.waitForAnew("0.00 fits");
    }

    @Test
    void pagesAreThereInChineseAndInTheDark() {
        browser.signIn("anna", OWN);
        browser.open("/language/zh");
        browser.open("/theme/dark");
        browser.open("/transactions");
        assertThat(browser.text()).contains("未完成", "等待第二操作员复核", "退出");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("transactions-chinese-dark");
        browser.open("/ledger");
        assertThat(browser.text()).contains("试算平衡", "跨单元往来", "热点账户");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("ledger-chinese-dark");
    }

    private void propose(String verdict) {
        browser.choose("verdict", verdict);
        browser.fillLast("reason", "the payee has it");
        browser.press("Propose");
    }

    private void approve(String reason) {
        browser.fill("reason", reason);
        browser.press("Approve");
    }

    private String transfer(String amount) {
        return transfer(payer, amount);
    }

    private String transfer(String from, String amount) {
        ObjectNode transfer = bank.transfer(from, payee, amount);
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
        return transfer.path("trace_number").asText();
    }

    /** An operator with a password of their own. */
    private void add(String name) {
        browser.signIn("admin", OWN);
        browser.open("/users");
        browser.fill("name", name);
        browser.choose("role", "OPERATOR");
        browser.fillLast("reason", "starts today");
        browser.press("Add");
        browser.waitFor("has to change it");
        Matcher first = FIRST.matcher(browser.text());
        assertThat(first.find()).isTrue();
        browser.keepPicture("users");
        browser.signIn(name, first.group(1));
        browser.choosePassword(first.group(1), OWN);
    }
}

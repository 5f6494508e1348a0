package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.routing.RouteMap;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators find out from traces and logs, in a real browser over real cells. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ObservatoryBrowserTest {
    private static final String OWN = "something 4 Myself";

    private BankInOneProcess bank;
    private Browser browser;
    private String payer = "";
    private String payee = "";

    @BeforeAll
    void start(@TempDir Path folder) {
        assumeTrue(Browser.isThere(), "no Chromium on this machine: the pages are not tried");
        bank = BankInOneProcess.observed(folder, RouteMap.evenly(2));
        payer = bank.funded(new Slot(17), 1, "1000.00");
        payee = bank.account(new Slot(7_777));
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

    @Requirement({"B6.4-d", "S.dst", "S.dst-1", "S.dst-2", "S.dst-3", "S.dst-8"})
    @Test
    void theWayOfATransferLeadsToItsTraceWithEveryStepAndItsTime() {
        String trace = transfer("12.34");
        browser.open("/journey?trace=" + trace);
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains("POST /v1/transfers", "settled", "cell-1, cell-2, gateway"));

        browser.open("/traces?minutes=5&text=transfers");
        browser.waitForAnew(trace);
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("traces");
        browser.open("/journey?trace=" + trace);
        browser.followTo("/traces/");
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains(
                                trace,
                                "POST /v1/transfers",
                                "feiqian.bank.Bank/Transfer → cell-1",
                                "commit → cell-1 database",
                                "commit → cell-2 database",
                                "on the critical path"));
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("trace");
    }

    @Requirement({"S.dst-5", "S.dst-7"})
    @Test
    void whoCallsWhomIsDrawnWithDatabasesAndCounted() {
        transfer("1.00");
        browser.open("/topology?minutes=5");
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains(
                                "gateway", "cell-1", "cell-2", "cell-1 database", "cell-2 database")
                        .containsPattern("feiqian.bank.Bank/Transfer\\s+[1-9]")
                        .contains("No trace makes the same call ten times or more."));
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("topology");

        browser.open("/language/zh");
        browser.open("/topology?minutes=5");
        assertThat(browser.text()).contains("调用关系", "平均");
        browser.open("/language/en");
    }

    @Requirement({"B6.4-e", "S.dst-4"})
    @Test
    void anAlarmIsFoundInTheLogsAndInTheJourneyOfItsTransaction() {
        String trace = transfer("10.00");
        browser.open("/journey?trace=" + trace);
        browser.waitForAnew("settled");
        bank.contradict(trace);

        browser.open("/logs?minutes=5&text=contradiction");
        browser.waitUntilAnew(
                page -> assertThat(page).contains(trace, "cell-1-1", "feiqian.alarm"));
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("logs");
        browser.follow(trace);
        browser.waitUntilAnew(
                page -> assertThat(page).contains("Traces and log lines", "contradiction"));
    }

    @Requirement("B6.4-d")
    @Test
    void whichAccountLostWhichHoldInThisTransaction() {
        var asked = bank.transfer(payer, payee, "5000.00");
        var _ = bank.post("/v1/transfers", asked);

        browser.open("/journey?trace=" + asked.path("trace_number").asText());
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .contains("branch 1, CANCELLED", "decision: refused")
                        .containsPattern(
                                "cell-2 branch: cancelled.*\\s+TRANSFER 5000.00 CNY from %s to %s"
                                        .formatted(payer, payee))
                        .contains("INSUFFICIENT_FUNDS: account " + payer));
        assertThat(browser.fits()).isTrue();
    }

    @Requirement({"B6.4-d", "S.dst-6"})
    @Test
    void whichCellAnsweredSlowestInTheLastFiveMinutesAndWhy() {
        String trace = bank.whileBranchesWait(2, 1.5, () -> transfer("3.21"));

        browser.open("/traces?minutes=5&least=1000");
        browser.waitForAnew(trace);
        browser.open("/topology?minutes=5");
        browser.waitUntilAnew(page ->
                assertThat(page)
                        .containsPattern("cell-1 called peer TRY cell-2 .* 1,\\d{3} ms")
                        .containsPattern("cell-2 called commit cell-2 database .* 1,\\d{3} ms"));
        assertThat(browser.fits()).isTrue();
    }

    @Test
    void aTraceThatWasNeverKeptIsSaidToBeUnknown() {
        browser.open("/traces/0123456789abcdef0123456789abcdef");
        assertThat(browser.text()).contains("Nothing of this trace is kept");
    }

    private String transfer(String amount) {
        ObjectNode transfer = bank.transfer(payer, payee, amount);
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
        return transfer.path("trace_number").asText();
    }
}

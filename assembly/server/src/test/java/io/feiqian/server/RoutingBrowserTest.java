package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.routing.RouteMap;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators find out about cells and slots, and do about instances, in a real browser. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutingBrowserTest {
    private static final String OWN = "something 4 Myself";
    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");

    private BankInOneProcess bank;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path folder) {
        assumeTrue(Browser.isThere(), "no Chromium on this machine: the pages are not tried");
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 2, "");
        bank.startInstance(1, 2);
        browser = new Browser(bank.startConsole());
        String first = bank.firstPassword();
        browser.signIn("admin", first);
        browser.choosePassword(first, OWN);
        add("anna", "OPERATOR");
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

    @Test
    void whichCellOwnsASlotAtWhatEpochAndDoesTheRouteMapSayTheSame() {
        browser.signIn("vera", OWN);
        browser.follow("Cells and routing");
        browser.fill("slot", "1234\n");
        browser.waitFor("Slot 1234: cell-1, open, epoch 1 · the route map says: cell-1, open");
        assertThat(browser.text())
                .contains("The route map says what the cells own.")
                .contains("4950–9899 cell-2, open, epoch 1 cell-2, open, epoch 1 agrees")
                .contains("Version 1 is the one in the registry")
                .doesNotContain("Act on it", "DIFFERS");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("cells");

        // What the cell owns changes behind the route map's back.
        String epoch = "update slot_ownership set epoch = %d, state = %d where first_slot = 4950";
        bank.run(2, epoch.formatted(7, 2));
        try {
            browser.waitFor("The route map and what the cells own DIFFER in 1 ranges.");
            assertThat(browser.text())
                    .contains("4950–9899 cell-2, draining, epoch 7 cell-2, open, epoch 1 DIFFERS");
            browser.open("/cells?slot=5000");
            browser.waitFor("Slot 5000: cell-2, draining, epoch 7 · the route map says: cell-2,");
            browser.keepPicture("cells-that-differ");
            assertThat(browser.fits()).isTrue();
        } finally {
            bank.run(2, epoch.formatted(1, 1));
        }
        browser.waitFor("The route map says what the cells own.");
    }

    @Test
    void whichInstanceIsDrainingAndWhoAskedForItAndWhy() {
        browser.signIn("anna", OWN);
        browser.open("/cells");
        browser.waitFor("cell-1-2");
        order("cell-1-2", "a new disk", "Drain");
        browser.waitFor("Drained: cell-1-2.");
        browser.waitFor("passed over");
        assertThat(browser.text())
                .containsPattern("cell-1-2\\ncell · 127.0.0.1:\\d+ cell-1 pid \\d+\\nsince 20")
                .contains("drained\nby anna: a new disk\nsince 20");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("cells-with-a-drained-instance");
        browser.open("/language/zh");
        browser.open("/theme/dark");
        browser.open("/cells?slot=17");
        assertThat(browser.text()).contains("分片 17：", "已排空", "anna：a new disk", "路由表版本");
        assertThat(browser.fits()).isTrue();
        browser.keepPicture("cells-chinese-dark");
        browser.open("/language/en");
        browser.open("/cells");
        order("cell-1-2", "it is there", "Resume");
        browser.waitFor("Serving again: cell-1-2.");
        assertThat(browser.text()).doesNotContain("by anna");
        assertThat(bank.texts(1, "select action from change_record where subject = 'cell-1-2'"))
                .containsExactlyInAnyOrder("instance.drain", "instance.resume");
    }

    @Test
    void whatWouldBeRefusedIsSaidAndTheCellsNameHasToBeTyped() {
        browser.signIn("anna", OWN);
        browser.open("/cells");
        order("cell-2", "moves house", "Drain");
        browser.waitFor("No instance of cell-2 would serve any more.");
        assertThat(browser.text()).contains("4950–9899", "9902", "is finished all the same");
        browser.keepPicture("cells-confirm");
        browser.fill("confirm", "cell-1\n");
        browser.waitFor("That is not cell-2.");
        browser.fill("confirm", "cell-2\n");
        browser.waitFor("Drained: cell-2-1.");
        browser.waitFor("Nobody serves cell-2: new work in slots 4950–9899, 9902 is refused");
        browser.keepPicture("cells-unserved");
        order("cell-2", "done", "Resume");
        browser.waitFor("Serving again: cell-2-1.");

        order("cell-2-1", "an upgrade", "Stop");
        browser.fill("confirm", "cell-2\n");
        browser.waitFor("Being stopped: cell-2-1.");
        browser.waitFor("their owner does not say what it owns");
        assertThat(browser.text())
                .contains("4950–9899 no owner cell-2, open, epoch 1 not known: does not answer")
                .contains("started by the service manager of their machine");
        bank.startCell(2);
        browser.waitFor("The route map says what the cells own.");
        assertThat(browser.text()).doesNotContain("Nobody serves");
    }

    private void order(String name, String reason, String label) {
        browser.choose("name", name);
        browser.fill("reason", reason);
        browser.press(label);
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

package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.Feiqian;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees and does with {@code feiqian tx} on real cells. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TxCommandTest {
    private static final Slot IN_FIRST = new Slot(17);
    private static final Slot IN_SECOND = new Slot(7_777);

    private final Timer timer = Timer.system("tx-command-test");
    private BankInOneProcess bank;
    private Path home;
    private String payer = "";
    private String payee = "";

    @BeforeAll
    void start(@TempDir Path folder) {
        home = folder;
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 1, "");
        bank.publish();
        payer = bank.funded(IN_FIRST, 1, "1000.00");
        payee = bank.account(IN_SECOND);
    }

    @AfterAll
    void stop() {
        bank.close();
        timer.close();
    }

    @Requirement({"B12-c.2", "B11.3-c", "P6.3.3-c"})
    @Test
    void aContradictionIsFoundShownRetriedAndResolvedByTwoOperators() {
        String trace = contradicted();
        assertThat(tx("list").out()).contains(trace).contains("DECIDED");
        assertThat(tx("list", "--overdue", "60").out()).contains(trace);
        assertThat(tx("list", "--overdue", "86400").out()).doesNotContain(trace);
        assertThat(tx("list", "--cell", "cell-2").out()).contains(trace);
        assertThat(tx("list", "--cell", "cell-3").out()).doesNotContain(trace);
        assertThat(tx("list", "--service", "ledger.credit").out()).contains(trace);
        assertThat(tx("list", "--service", "other").out()).doesNotContain(trace);
        assertThat(tx("list", "--state", "decided").out()).contains(trace);
        assertThat(tx("list", "--state", "aborted").out()).doesNotContain(trace);
        assertThat(tx("list", "--state", "lost"))
                .satisfies(it -> {
                    assertThat(it.status()).isEqualTo(1);
                    assertThat(it.err()).contains("expected: one of");
                });
        assertThat(tx("totals").out())
                .containsPattern("[1-9] +INITIATOR DECIDED +ledger.credit +UP_TO_A_DAY");

        CommandLineRun shown = tx("show", trace);
        assertThat(shown.status()).isZero();
        assertThat(shown.out())
                .contains("cell-1-1 is at it: STOPPED", "CONTRADICTION", "channel 009", payee);
        assertThat(tx("retry", trace, "--reason", "once more").out()).contains("were taken up");
        until(() -> tx("show", trace).out().contains("is at it: STOPPED"));
        assertThat(tx("show", trace).out()).contains("transaction.retry by", "once more");

        assertThat(resolve(trace, "cancelled", "--corrected-by", "voucher 17").err())
                .contains("AGAINST_DECISION", "reverse it");
        assertThat(resolve(trace, "cancelled").err()).contains("NOT_TO_BE_RESOLVED");
        CommandLineRun proposed = resolve(trace, "confirmed");
        assertThat(proposed.status()).as(proposed.err()).isZero();
        JsonNode proposal = tx("proposals", "--json").json().get(0);
        String id = proposal.path("id").asText();
        String digest = proposal.path("digest").asText();
        assertThat(proposed.out()).contains(id, digest, "anna");

        assertThat(approve(id, digest, "anna").err()).contains("SECOND_OPERATOR_REQUIRED");
        assertThat(approve(id, "0123456789abcdef", "berta").err()).contains("PROPOSAL_DIFFERS");
        assertThat(approve("2-4711", digest, "berta").err()).contains("UNKNOWN_PROPOSAL");
        assertThat(approve("7-1", digest, "berta").err()).contains("cell-7");
        assertThat(approve(id, digest, "berta").status()).isZero();
        assertThat(approve(id, digest, "berta").status()).as("the same once more").isZero();
        assertThat(approve(id, digest, "carla").err()).contains("PROPOSAL_ENDED");

        until(() -> tx("show", trace).out().contains("SETTLED"));
        assertThat(tx("show", trace).out())
                .contains("CONFIRMED", "by berta: it is as anna says", "transaction-resolved");
        assertThat(tx("proposals").out()).contains("no proposal waits");
        assertThat(Feiqian.run("audit", "--home", home.toString())).isZero();
    }

    @Test
    void aProposalIsRejected() {
        String trace = contradicted();
        assertThat(resolve(trace, "confirmed").status()).isZero();
        String id = tx("proposals", "--json").json().get(0).path("id").asText();

        CommandLineRun rejected = tx("reject", id, "--operator", "berta", "--reason", "not so");

        assertThat(rejected.out()).contains("REJECTED", "by berta: not so");
        assertThat(tx("proposals").out()).contains("no proposal waits");
        end(trace);
    }

    @Test
    void whatIsSuspendedWaitsInEveryCellUntilItIsResumed() {
        String trace = contradicted();

        CommandLineRun suspended =
                tx("suspend", trace, "--operator", "anna", "--reason", "we look at it");
        assertThat(suspended.out()).contains("suspended in 2 cells");
        assertThat(tx("suspend", trace).out()).contains("it was suspended before");
        assertThat(tx("show", trace).out())
                .contains("SUSPENDED by anna", "we look at it", "transaction.suspend by anna");
        assertThat(tx("totals").out()).contains("2 records suspended");
        CommandLineRun retried = tx("retry", trace);
        assertThat(retried.status()).isEqualTo(1);
        assertThat(retried.err()).contains("TRANSACTION_SUSPENDED", "resumed first");

        assertThat(tx("resume", trace, "--reason", "seen").out()).contains("resumed in 2 cells");
        assertThat(tx("resume", trace).out()).contains("it was resumed before");
        end(trace);
    }

    @Test
    void aTraceNumberThatNobodyKnowsIsSaidSo() {
        String nobodys = bank.trace(IN_FIRST).toString();
        for (String command : List.of("show", "retry", "suspend", "resume")) {
            CommandLineRun ended = tx(command, nobodys);
            assertThat(ended.status()).as(command).isEqualTo(1);
            assertThat(ended.err()).as(command).contains("UNKNOWN_TRANSACTION");
        }
        assertThat(resolve(nobodys, "confirmed").err()).contains("no cell has a record");
        assertThat(tx("show", "12").status()).isEqualTo(2);
        assertThat(approve("x", "y", "berta").status()).isEqualTo(2);
    }

    @Test
    void aCellThatIsDownIsNamedAndDoesNotHideTheOthers() {
        String trace = contradicted();
        bank.stopCell(2);
        try {
            for (String[] command :
                    new String[][] {{"list"}, {"show", trace}, {"totals"}, {"retry", trace}}) {
                CommandLineRun ended = tx(command);
                assertThat(ended.status()).as("%s: %s", command[0], ended).isEqualTo(5);
                assertThat(ended.err()).as(command[0]).contains("cell-2 does not answer");
            }
            assertThat(tx("list").out()).contains(trace);
            assertThat(tx("show", trace).out()).contains(trace, "INITIATOR");
            assertThat(tx("totals", "--json").out()).contains("\"INITIATOR\"");
            assertThat(tx("show", "--json", trace).out()).contains("\"suspension\"");
        } finally {
            bank.startCell(2);
        }
        end(trace);
    }

    /** A settled transfer whose rows somebody has changed: decided here, cancelled there. */
    private String contradicted() {
        ObjectNode transfer = bank.transfer(payer, payee, "10.00");
        BankInOneProcess.accepted(bank.post("/v1/transfers", transfer));
        String trace = transfer.path("trace_number").asText();
        until(() -> tx("list", "--state", "settled").out().contains(trace));
        bank.contradict(trace);
        until(() -> tx("show", trace).out().contains("is at it: STOPPED"));
        return trace;
    }

    /** Puts the rows back, so that the next test begins with nothing unfinished. */
    private void end(String trace) {
        bank.run(2, "update branch set state = 2" + BankInOneProcess.key(trace));
        until(() -> {
            tx("retry", trace);
            return tx("show", trace).out().contains("SETTLED");
        });
    }

    private CommandLineRun resolve(String trace, String verdict, String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "resolve",
                                trace,
                                "--branch",
                                "1",
                                "--as",
                                verdict,
                                "--operator",
                                "anna",
                                "--reason",
                                "the payee has it"));
        all.addAll(List.of(more));
        return tx(all.toArray(String[]::new));
    }

    private CommandLineRun approve(String id, String digest, String operator) {
        return tx(
                "approve",
                id,
                "--digest",
                digest,
                "--operator",
                operator,
                "--reason",
                "it is as anna says");
    }

    private CommandLineRun tx(String... command) {
        return CommandLineRun.ofGroup(home, "tx", command);
    }

    private void until(BooleanSupplier condition) {
        Patience.until(timer, condition, () -> tx("list").out());
    }
}

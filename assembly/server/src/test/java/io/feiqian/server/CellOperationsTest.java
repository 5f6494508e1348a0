package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankReply;
import io.feiqian.cli.Json;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees and does with {@code feiqian cell} on real cells, also under load. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CellOperationsTest {
    private static final Slot IN_FIRST = new Slot(17);
    private static final Slot IN_SECOND = new Slot(7_777);
    private static final int CLIENTS = 4;

    private final Timer timer = Timer.system("cell-operations-test");
    private BankInOneProcess bank;
    private Path home;
    private String payer = "";
    private String payee = "";

    @BeforeAll
    void start(@TempDir Path folder) {
        home = folder;
        bank = BankInOneProcess.start(folder, RouteMap.evenly(2), 2, "");
        bank.publish();
        bank.startInstance(1, 2);
        bank.startInstance(2, 2);
        payer = bank.funded(IN_FIRST, 1, "100000.00");
        payee = bank.account(IN_SECOND);
        until(() -> cell("list").status() == 0);
    }

    @AfterAll
    void stop() {
        bank.close();
        timer.close();
    }

    @Test
    void theListSaysWhoOwnsWhatWhetherTheRouteMapAgreesAndWhichVersionsThereWere() {
        CommandLineRun listed = cell("list");
        assertThat(listed.out())
                .contains("0000-4949  cell-1 OPEN @1", "4950-9899  cell-2 OPEN @1")
                .containsPattern("cell-1-2 +cell-1 +127.0.0.1:\\d+ +SERVING +pid \\d+")
                .contains("registry: CHOSEN", "route map version 1, as the registry says")
                .containsPattern("version 1, 20\\S+, by cell-\\d-\\d: the registry had none")
                .doesNotContain("the route map says:");

        // What a cell owns changes behind the route map's back.
        bank.run(2, "update slot_ownership set epoch = 2 where first_slot = 4950");
        try {
            CommandLineRun differing = cell("list");
            assertThat(differing.status()).isEqualTo(1);
            assertThat(differing.out())
                    .contains(
                            "4950-9899  cell-2 OPEN @2  DIFFERS; the route map says: cell-2 OPEN"
                                    + " @1");
        } finally {
            bank.run(2, "update slot_ownership set epoch = 1 where first_slot = 4950");
        }
    }

    @Requirement("P6.2.2.5-j")
    @Test
    void anInstanceWhoseDatabaseIsAwayIsPassedOverByItselfAndComesBack() {
        bank.killDatabase(2);
        try {
            until(() -> instance("cell-2-1").path("registered").asText().equals("PASSED_OVER"));
            assertThat(instance("cell-1-1").path("registered").asText()).isEqualTo("CHOSEN");
        } finally {
            bank.startDatabase(2);
        }
        until(() -> instance("cell-2-1").path("registered").asText().equals("CHOSEN"));
        until(() -> instance("cell-2-2").path("registered").asText().equals("CHOSEN"));
        until(() -> cell("list").status() == 0);
    }

    @Test
    void aDrainedInstanceLosesNothingAppliesNothingTwiceAndStaysDrainedUntilItIsResumed()
            throws Exception {
        String from = bank.funded(IN_FIRST, 1, "100000.00");
        String to = bank.account(IN_SECOND);
        try (Load load = new Load(from, to)) {
            load.await(20);

            assertThat(
                            cell(
                                            "drain",
                                            "cell-1-1",
                                            "--operator",
                                            "anna",
                                            "--reason",
                                            "a new disk")
                                    .out())
                    .contains("cell-1-1 drained");
            load.await(20);
            assertThat(cell("drain", "cell-2-1").status()).isZero();
            load.await(20);
            until(() -> state("cell-1-1").equals("DRAINED") && state("cell-2-1").equals("DRAINED"));
            assertThat(instance("cell-1-1").path("by").path("operator").asText()).isEqualTo("anna");
            assertThat(instance("cell-1-1").path("by").path("reason").asText())
                    .isEqualTo("a new disk");
            until(() -> instance("cell-1-1").path("registered").asText().equals("PASSED_OVER"));
            assertThat(cell("drain", "cell-1-1").out()).contains("nothing to do");
            load.await(20);
            assertThat(instance("cell-1-1").path("in_flight").asInt()).isZero();
            assertThat(cell("resume", "cell-1-1").out()).contains("cell-1-1 serving");
            assertThat(cell("resume", "cell-2").out()).contains("cell-2-1 serving");
            load.await(20);

            Map<String, BankReply> answers = load.end();
            assertThat(answers.values()).allMatch(BankReply::isAccepted);
            requireBooks(from, to, answers.size());
        }
        until(() -> instance("cell-1-1").path("registered").asText().equals("CHOSEN"));
    }

    @Test
    void withAWholeCellDrainedItsSlotsAreRefusedForCertainAndNothingIsLost() throws Exception {
        String from = bank.funded(IN_FIRST, 1, "100000.00");
        String to = bank.account(IN_SECOND);
        try (Load load = new Load(from, to)) {
            load.await(20);

            CommandLineRun refused = cell("drain", "cell-2", "--reason", "moves house");
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err())
                    .contains("no instance of cell-2 would serve any more", "4950-9899", "--yes");
            assertThat(state("cell-2-1")).isEqualTo("SERVING");
            assertThat(cell("drain", "cell-2", "--yes", "--reason", "moves house").out())
                    .contains("cell-2-1 drained", "cell-2-2 drained");
            until(() -> state("cell-2-1").equals("DRAINED") && state("cell-2-2").equals("DRAINED"));
            assertThat(cell("list").out())
                    .contains("nobody serves cell-2: new work in slots 4950-9899");
            // Into it from elsewhere: not decided in its time, and so not accepted.
            ObjectNode into = bank.transfer(payer, payee, "1.00");
            assertThat(bank.post("/v1/transfers", into).isAccepted()).isFalse();
            BankReply inDrained =
                    bank.post(
                            "/v1/transfers", bank.transfer(to, bank.account(new Slot(18)), "1.00"));
            assertThat(inDrained.outcome().code()).isEqualTo(OutcomeCode.CELL_UNAVAILABLE);
            assertThat(cell("resume", "cell-2").status()).isZero();
            load.await(20);
            BankInOneProcess.accepted(load.untilDefinite(into));

            Map<String, BankReply> answers = load.end();
            assertThat(answers.values())
                    .allSatisfy(it ->
                            assertThat(it.outcome().code())
                                    .isIn(
                                            OutcomeCode.ACCEPTED,
                                            OutcomeCode.CELL_UNAVAILABLE,
                                            OutcomeCode.DEADLINE_EXPIRED,
                                            OutcomeCode.ABORTED));
            requireBooks(from, to, answers.values().stream().filter(BankReply::isAccepted).count());
        }
    }

    @Test
    void aDrainIsOnRecordInTheCellAndOutlivesTheProcess() {
        assertThat(cell("drain", "cell-1-1", "--operator", "anna", "--reason", "bad disk").status())
                .isZero();
        bank.stopCell(1);
        bank.startCell(1);
        assertThat(state("cell-1-1")).isEqualTo("DRAINED");
        assertThat(instance("cell-1-1").path("by").path("reason").asText()).isEqualTo("bad disk");
        assertThat(cell("resume", "cell-1-1").status()).isZero();
        bank.stopCell(1);
        bank.startCell(1);
        assertThat(state("cell-1-1")).isEqualTo("SERVING");
        assertThat(actions("cell-1-1")).endsWith("instance.drain", "instance.resume");
    }

    @Test
    void aCellIsNotRestartedWhereNobodyWouldStartItsInstancesAgain() {
        assertThat(CommandLineRun.of(home, "rolling-restart", "--cell", "cell-1").err())
                .contains("no supervisor that would start an instance again");
        assertThat(CommandLineRun.of(home, "rolling-restart", "--cell", "cell-9").err())
                .contains("cell-9: no cell of this system", "It has cell-1, cell-2.");
        assertThat(state("cell-1-1")).isEqualTo("SERVING");
    }

    @Test
    void whereNoSupervisorRunsAnInstanceEndsItselfAndItsNextProcessServes() {
        assertThat(cell("stop", "cell-1-1", "--reason", "an upgrade").out())
                .contains("cell-1-1 stopped");
        until(() -> instance("cell-1-1").path("state").asText().isEmpty());
        assertThat(cell("list").status()).isEqualTo(5);
        assertThat(cell("start", "cell-1").err()).contains("no supervisor here");
        BankInOneProcess.accepted(bank.post("/v1/transfers", bank.transfer(payer, payee, "1.00")));
        bank.startCell(1);
        assertThat(state("cell-1-1")).isEqualTo("SERVING");
        assertThat(cell("drain", "cell-9").err()).contains("no cell and no instance");
    }

    /** Clients that transfer 1.00 again and again, and ask until the answer is certain. */
    private final class Load implements AutoCloseable {
        private final AtomicBoolean ending = new AtomicBoolean();
        private final Map<String, BankReply> answers = new ConcurrentHashMap<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<?>> clients = new ArrayList<>();
        private volatile CountDownLatch more = new CountDownLatch(0);

        Load(String from, String to) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(
                        threads.submit(() -> {
                            while (!ending.get()) {
                                ObjectNode one = bank.transfer(from, to, "1.00");
                                answers.put(one.path("trace_number").asText(), untilDefinite(one));
                                more.countDown();
                            }
                            return null;
                        }));
            }
        }

        /** Waits until so many more have an answer. */
        void await(int answered) throws InterruptedException {
            more = new CountDownLatch(answered);
            assertThat(more.await(60, TimeUnit.SECONDS)).as("answers come").isTrue();
        }

        Map<String, BankReply> end() throws Exception {
            ending.set(true);
            for (Future<?> each : clients) {
                each.get();
            }
            return answers;
        }

        @Override
        public void close() {
            ending.set(true);
            threads.shutdownNow();
        }

        private BankReply untilDefinite(ObjectNode transfer) throws InterruptedException {
            BankReply reply = bank.post("/v1/transfers", transfer.put("wait", "DECIDED"));
            while (reply.outcome().code() == OutcomeCode.UNKNOWN) {
                timer.pause(Duration.ofMillis(50));
                reply = bank.post("/v1/transfers", transfer);
            }
            if (!reply.isAccepted()) {
                timer.pause(Duration.ofMillis(50));
            }
            return reply;
        }
    }

    private void requireBooks(String from, String to, long accepted) {
        until(() -> new BigDecimal(bank.balance(to)).longValueExact() == accepted);
        assertThat(new BigDecimal(bank.balance(from)).longValueExact())
                .isEqualTo(100_000 - accepted);
        until(() -> CommandLineRun.of(home, "audit").status() == 0);
    }

    private String state(String name) {
        return instance(name).path("state").asText();
    }

    private JsonNode instance(String name) {
        for (JsonNode each : cell("list", "--json").json().path("instances")) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        return Json.MAPPER.createObjectNode();
    }

    private List<String> actions(String subject) {
        return bank.texts(
                1,
                "select action from change_record where subject = '%s' order by sequence"
                        .formatted(subject));
    }

    private CommandLineRun cell(String... command) {
        return CommandLineRun.ofGroup(home, "cell", command);
    }

    private void until(BooleanSupplier condition) {
        Patience.until(timer, condition, () -> cell("list"));
    }
}

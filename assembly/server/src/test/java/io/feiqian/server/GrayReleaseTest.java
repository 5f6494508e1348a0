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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cell goes from version A to version B under load: all the way, although who drives it is
 * killed, and back by itself where B fails or is slow. Real cells, database, registry and gateway.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GrayReleaseTest {
    private static final int ACCOUNTS = 300;

    /**
     * At the last step B is compared with what A did a step earlier: of a few milliseconds each,
     * whatever else the machine does meanwhile decides. Where B's time is not what is tested, no
     * time is too long.
     */
    private static final String HOWEVER_SLOW = ", \"slower\": 1000";

    private final Timer timer = Timer.system("gray-release-test");
    private BankInOneProcess bank;
    private Path home;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        home = folder;
        bank = BankInOneProcess.start(folder, RouteMap.evenly(1), 3, "");
        Path b = bank.document(1, 2);
        ObjectNode told = (ObjectNode) Json.MAPPER.readTree(Files.readString(b));
        told.putObject("labels").put("version", "b");
        Files.writeString(b, told.toString());
        bank.publish();
    }

    @AfterAll
    void stop() {
        bank.close();
        timer.close();
    }

    /** Customers who never stop asking. */
    private final class Load implements AutoCloseable {
        private final AtomicInteger calls = new AtomicInteger();
        private final Set<String> failing = new ConcurrentSkipListSet<>();
        private final Set<String> said = new ConcurrentSkipListSet<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean ending;

        Load() {
            for (int i = 0; i < 4; i++) {
                int first = i;
                threads.add(Thread.ofVirtual().start(() -> run(first)));
            }
        }

        private void run(int first) {
            for (int i = first; !ending; i++) {
                String account = "0017%012d".formatted(i % ACCOUNTS);
                note(account, bank.get("/v1/accounts/" + account).outcome().code());
                if (i % 10 == 0) {
                    BankReply changed = bank.openCustomer(new Slot(7_777));
                    note("changes", changed.outcome().code());
                }
            }
        }

        private void note(String who, OutcomeCode code) {
            calls.incrementAndGet();
            switch (code.kind()) {
                case UNAVAILABLE, UNKNOWN, FAULT, ROUTING -> {
                    failing.add(who);
                    said.add(code.name());
                }
                case ACCEPTED, INVALID, NOT_FOUND, BUSINESS, CONFLICT -> {}
            }
        }

        /** Forgets who failed so far. */
        void anew() {
            failing.clear();
            said.clear();
            calls.set(0);
        }

        @Override
        public void close() {
            ending = true;
            for (Thread each : threads) {
                try {
                    each.join();
                } catch (InterruptedException stopped) {
                    throw new AssertionError(stopped);
                }
            }
        }
    }

    @Requirement({"B6.4-a", "P6.2.2.2-a", "P6.2.3-a"})
    @Order(1)
    @Test
    void aReleaseGoesThroughUnderLoadAlthoughItsDriverIsKilledAndNoCallIsLost() throws Exception {
        // In the order in which they stood for election: the process leads once the first is anew.
        Unit.Running driver = bank.process(1, 3).start();
        try {
            until(() -> known("cell-1-3"));
            bank.stopCell(1);
            var _ = bank.startCell(1);
            start("all-b", "\"steps\": [20, 60, 100], \"observe\": \"4s\"" + HOWEVER_SLOW);
            var _ = bank.startInstance(1, 2);
            try (Load load = new Load()) {
                until(() -> state("all-b").path("step").asInt() >= 1);
                assertThat(lastChange()).contains("release-driver cell-1-3");
                driver.handle().destroyForcibly();
                until(() -> state("all-b").path("phase").asText().equals("complete"));
                assertThat(lastChange())
                        .contains("release-driver cell-1-")
                        .doesNotContain("cell-1-3");
                assertThat(load.said).isEmpty();
                assertThat(load.calls.get()).isGreaterThan(500);
            }
        } finally {
            driver.handle().destroyForcibly();
        }
        assertThat(release("remove", "all-b").status()).isZero();
    }

    @Requirement({"B6.4-a", "P6.1.4-c.2"})
    @Order(2)
    @Test
    void whatFailsMoreOftenIsRolledBackByItselfAndOnlyCustomersOfTheStepEverSawIt()
            throws Exception {
        start("failing-b", "\"steps\": [20, 100], \"observe\": \"600s\"" + HOWEVER_SLOW);
        try (Load load = new Load()) {
            until(() -> everybodyGoesBy("releases"));
            faultAtB("{\"percent\": 60, \"error\": \"INTERNAL_ERROR\"}");
            until(() -> state("failing-b").path("phase").asText().equals("rolled_back"));
            assertThat(state("failing-b").path("why").asText()).contains("B failed");
            until(() -> everybodyGoesBy("releases"));
            assertThat(load.failing)
                    .as("20 %% of the accounts, and no others; said %s", load.said)
                    .hasSizeBetween(1, ACCOUNTS / 3)
                    .doesNotContain("changes");
            load.anew();
            until(() -> load.calls.get() > 500);
            assertThat(load.said).as("B serves nobody").isEmpty();
        }
        assertThat(release("status").status()).isEqualTo(1);
        assertThat(release("status").out())
                .contains("failing-b: rolled back, step 1 of 2, 0.0 % of customers to version=b");
        assertThat(bank.texts(1, "select action || ' ' || reason from change_record"))
                .anyMatch(each ->
                        each.startsWith("configuration.change failing-b: ROLLED_BACK, 20.0 %: B"));
        noFaults();
        assertThat(release("remove", "failing-b").status()).isZero();
    }

    @Requirement("B6.4-a")
    @Order(3)
    @Test
    void whatIsSlowIsRolledBackToo() throws Exception {
        start("slow-b", "\"steps\": [50, 100], \"observe\": \"600s\", \"slower\": 3");
        try (Load load = new Load()) {
            until(() -> everybodyGoesBy("releases"));
            faultAtB("{\"percent\": 100, \"delay\": \"300ms\"}");
            until(() -> state("slow-b").path("phase").asText().equals("rolled_back"));
            assertThat(state("slow-b").path("why").asText()).contains("B took");
            assertThat(load.said).isEmpty();
        }
        noFaults();
        assertThat(release("remove", "slow-b").status()).isZero();
    }

    @Order(4)
    @Test
    void anOperatorStopsResumesAndRollsBackAndMistakesAreExplained() throws Exception {
        start("by-hand", "\"steps\": [10, 100], \"observe\": \"600s\"");
        assertThat(release("stop", "by-hand").status()).isZero();
        assertThat(state("by-hand").path("phase").asText()).isEqualTo("paused");
        assertThat(release("remove", "by-hand").err()).contains("by-hand: paused");
        assertThat(release("resume", "by-hand").status()).isZero();
        assertThat(release("rollback", "by-hand").status()).isZero();
        assertThat(release("stop", "by-hand").err())
                .contains("by-hand: rolled_back (expected: a release under way)");
        assertThat(release("status", "nothing").status()).isEqualTo(1);
        assertThat(release("remove", "by-hand").status()).isZero();
        assertThat(release("status").out()).contains("no release");
    }

    @Requirement({"B6.4-a", "P6.2.2.2-a"})
    @Order(5)
    @Test
    void theLabelOfAChosenCustomerGoesFromTheGatewayIntoTheMessageOfItsTransfer() throws Exception {
        String chosen = bank.funded(new Slot(17), 1, "10.00");
        String other = bank.funded(new Slot(17), 1, "10.00");
        String payee = bank.account(new Slot(18));
        int version = policies.incrementAndGet();
        publishPolicies(
                """
                {"version": %d, "policies": [{
                  "id": "chosen", "version": 1, "side": "gateway", "label": {
                    "name": "release", "value": "notices-2",
                    "rules": [{"parameters": {"payer_account": "%s"}}]}}]}
                """
                        .formatted(version, chosen),
                version);
        until(() -> everybodyGoesBy("governance"));

        for (String payer : List.of(chosen, other)) {
            BankInOneProcess.accepted(
                    bank.post(
                            "/v1/transfers",
                            bank.transfer(payer, payee, "1.00").put("notice", "rent")));
        }
        assertThat(
                        bank.texts(
                                1,
                                "select coalesce(gray_label, 'none') from outbox order by"
                                        + " created_at, trace_serial"))
                .containsExactly("release=notices-2", "none");
    }

    private void start(String id, String steps) throws IOException {
        Path plan =
                Files.writeString(
                        home.resolve(id + ".json"),
                        """
                        {"id": "%s", "service": "cell", "to": {"version": "b"}, "of": "account",
                         %s, "minimumCalls": 50}
                        """
                                .formatted(id, steps));
        CommandLineRun ended = release("start", "--file", plan.toString(), "--reason", "a test");
        assertThat(ended.status()).as(ended.toString()).isZero();
    }

    private final AtomicInteger policies = new AtomicInteger();

    private void faultAtB(String fault) throws IOException {
        int version = policies.incrementAndGet();
        publishPolicies(
                "{\"version\": %d, \"policies\": [{\"id\": \"fault\", \"version\": %d,"
                                .formatted(version, version)
                        + " \"side\": \"provider\", \"applies\": {\"service\": \"feiqian.bank.Bank\"},"
                        + " \"fault\": "
                        + fault
                        + "}]}",
                version,
                "--instances",
                "cell-1-2");
    }

    private void noFaults() {
        assertThat(run("configuration", "withdraw", "governance").status()).isZero();
        until(() -> everybodyGoesBy("governance"));
    }

    private void publishPolicies(String text, int version, String... target) throws IOException {
        Path file = Files.writeString(home.resolve("policies.json"), text);
        CommandLineRun set =
                run(
                        "configuration",
                        "set",
                        "governance",
                        "--file",
                        file.toString(),
                        "--base",
                        Integer.toString(version - 1));
        assertThat(set.status()).as(set.toString()).isZero();
        List<String> publish =
                new ArrayList<>(List.of("configuration", "publish", "governance", "" + version));
        publish.addAll(List.of(target));
        assertThat(run(publish.toArray(String[]::new)).status()).isZero();
    }

    private boolean known(String instance) {
        return run("configuration", "list").out().contains(instance + ": ");
    }

    /** Whether every process that follows the document has what is meant for it. */
    private boolean everybodyGoesBy(String document) {
        for (JsonNode each : run("configuration", "list", "--json").json()) {
            if (each.path("name").asText().equals(document)) {
                Set<Boolean> equal = new TreeSet<>();
                each.path("instances")
                        .forEach(it ->
                                equal.add(
                                        it.path("version").asLong()
                                                == it.path("meant_version").asLong()));
                return equal.equals(Set.of(true));
            }
        }
        return false;
    }

    private JsonNode state(String id) {
        return release("status", id, "--json").json().path("releases").path(0);
    }

    private String lastChange() {
        return release("status").out();
    }

    private CommandLineRun release(String... command) {
        return CommandLineRun.ofGroup(home, "release", command);
    }

    private CommandLineRun run(String... arguments) {
        return CommandLineRun.of(home, arguments);
    }

    private void until(BooleanSupplier condition) {
        Patience.until(
                timer,
                Duration.ofSeconds(90),
                condition,
                () -> release("status") + run("configuration", "list").toString());
    }
}

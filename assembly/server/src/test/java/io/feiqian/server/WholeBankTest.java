package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankReply;
import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.StorageException;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a bank over two cells is as a whole: configured, traced, and with parts that die. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeBankTest {
    private static final Slot IN_FIRST = new Slot(17);
    private static final Slot IN_SECOND = new Slot(7_777);

    /** Cell 2 has a range in the middle of what would be cell 1's. */
    private static final RouteMap ROUTES =
            RouteMap.evenly(2)
                    .with(Route.open(SlotRange.of(100, 199), new CellId(2), Epoch.FIRST.next()));

    private static final String TRACE_ID = "0123456789abcdef0123456789abcdef";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final int TRANSFERS = 60;
    private static final int AT_ONCE = 6;

    private final Timer timer = Timer.system("whole-bank-test");
    private SpanCollector collector;
    private BankInOneProcess bank;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        collector = SpanCollector.start();
        bank = BankInOneProcess.start(folder, ROUTES, 2, collector.address());
    }

    @AfterAll
    void stop() {
        bank.close();
        collector.close();
        timer.close();
    }

    @Requirement("D5.3-b")
    @Test
    void slotsLieInTheCellsAndCellsInTheDatabasesThatTheDocumentsName() {
        long first = bank.customerAccounts(1);
        long second = bank.customerAccounts(2);

        bank.account(new Slot(99));
        bank.account(new Slot(150));
        bank.account(new Slot(8_000));

        assertThat(bank.customerAccounts(1)).isEqualTo(first + 1);
        assertThat(bank.customerAccounts(2)).isEqualTo(second + 2);
    }

    @Requirement("D5.3-b")
    @Test
    void aDocumentThatNamesAnotherCellsDatabaseIsRefusedAndThatCellServesOn() {
        bank.pointTo(2, bank.database(1));
        try {
            assertThatThrownBy(() -> bank.startCell(2))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("belongs to cell-1 (expected: cell-2)");
        } finally {
            bank.pointTo(2, bank.database(2));
        }
        assertThat(bank.holds(1, bank.account(new Slot(99)))).isTrue();
    }

    @Requirement("D5.4-b")
    @Test
    void customersAreSplitOverTheCellsAndTheBanksOwnAccountsStayWithTheirs() {
        String customer = bank.funded(IN_SECOND, 1, "10.00");
        String desk = bank.cashDesk(1);

        assertThat(bank.holds(2, customer)).isTrue();
        assertThat(bank.holds(1, customer)).isFalse();
        assertThat(desk).startsWith(Slot.pinnedTo(new CellId(1)).toString());
        assertThat(bank.holds(1, desk)).isTrue();
        assertThat(bank.holds(2, desk)).isFalse();
        assertThat(bank.balance(customer)).isEqualTo("10.00");
        assertThat(bank.openDesk(IN_SECOND).outcome().code())
                .isEqualTo(OutcomeCode.TRACE_NOT_AT_HOME);
        assertThat(bank.openCustomer(Slot.pinnedTo(new CellId(1))).outcome().code())
                .isEqualTo(OutcomeCode.TRACE_NOT_AT_HOME);
    }

    @Requirement({"D5.3-d", "S.gw-5"})
    @Test
    void oneTraceGoesFromTheClientThroughBothCellsAndEachStepNamesItsCellAndSlot()
            throws Exception {
        String payer = bank.funded(IN_FIRST, 1, "100.00");
        ObjectNode transfer = bank.transfer(payer, bank.account(IN_SECOND), "30.00");
        assertThat(postInTrace(transfer.toString())).isEqualTo(200);

        List<SpanCollector.Seen> spans =
                collector.await(TRACE_ID, WholeBankTest::isWhole, Duration.ofSeconds(20));

        assertThat(isWhole(spans)).as("%s", spans).isTrue();
        Map<String, SpanCollector.Seen> byId =
                spans.stream()
                        .collect(Collectors.toMap(SpanCollector.Seen::id, Function.identity()));
        assertThat(spans)
                .allSatisfy(span -> {
                    assertThat(span.attribute("feiqian.trace_number"))
                            .isEqualTo(transfer.path("trace_number").asText());
                    assertThat(root(span, byId)).isEqualTo(CALLER);
                });
        List<SpanCollector.Seen> inSecond =
                spans.stream()
                        .filter(span -> span.cell().equals("cell-2"))
                        .filter(span -> !span.name().equals("commit"))
                        .toList();
        assertThat(spans)
                .filteredOn(span -> span.name().equals("commit"))
                .extracting(span -> span.attribute("feiqian.cell"))
                .contains("cell-1 database", "cell-2 database");
        assertThat(inSecond)
                .allSatisfy(span -> {
                    SpanCollector.Seen sender =
                            byId.getOrDefault(span.parent(), SpanCollector.NOBODY);
                    assertThat(sender.cell()).isEqualTo("cell-1");
                    assertThat(sender.name()).isEqualTo(span.name());
                    assertThat(sender.attribute("feiqian.cell")).isEqualTo("cell-2");
                    assertThat(span.attribute("feiqian.slot")).isEqualTo("7777");
                    assertThat(ancestors(span, byId))
                            .containsSubsequence(
                                    "feiqian.bank.Bank/Transfer", "POST /v1/transfers");
                });
    }

    @Requirement({"D5.4-g", "D5.2-c"})
    @Test
    void withADatabaseLostTheOtherCellServesOnAndWhatWasAcknowledgedIsThereAgain()
            throws InterruptedException {
        String lost = bank.funded(IN_FIRST, 1, "100.00");
        String near = bank.account(new Slot(18));
        String payer = bank.funded(IN_SECOND, 2, "100.00");
        String payee = bank.account(new Slot(8_888));
        ObjectNode acknowledged = bank.transfer(lost, payee, "30.00");
        BankInOneProcess.accepted(bank.post("/v1/transfers", acknowledged));

        bank.killDatabase(1);

        BankInOneProcess.accepted(bank.post("/v1/transfers", bank.transfer(payer, payee, "1.00")));
        assertThat(bank.balance(payee)).isEqualTo("31.00");
        ObjectNode meanwhile = bank.transfer(lost, near, "5.00");
        assertThat(bank.post("/v1/transfers", meanwhile).outcome().code())
                .isEqualTo(OutcomeCode.DATABASE_UNAVAILABLE);

        bank.startDatabase(1);

        // Nobody restarts the cell: it finds its database by itself.
        BankInOneProcess.accepted(untilDefinite(meanwhile));
        BankReply again = BankInOneProcess.accepted(bank.post("/v1/transfers", acknowledged));
        assertThat(again.recorded()).isTrue();
        assertThat(bank.balance(lost)).isEqualTo("65.00");
        assertThat(bank.balance(near)).isEqualTo("5.00");
        assertThat(bank.balance(payee)).isEqualTo("31.00");
    }

    @Requirement({"D5.2-d", "D5.3-c"})
    @Test
    void withAnInstanceKilledTheOtherServesOnAndNothingIsLostOrDoneTwice() throws Exception {
        Unit.Running instance = bank.process(1, 2).start();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            String payer = bank.funded(IN_FIRST, 1, "1000.00");
            String payee = bank.account(IN_SECOND);
            CountDownLatch underWay = new CountDownLatch(TRANSFERS / 4);
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                clients.add(
                        threads.submit(() -> {
                            for (int j = 0; j < TRANSFERS / AT_ONCE; j++) {
                                ObjectNode one = bank.transfer(payer, payee, "1.00");
                                BankInOneProcess.accepted(
                                        untilDefinite(one.put("wait", "DECIDED")));
                                underWay.countDown();
                            }
                            return payer;
                        }));
            }
            underWay.await();
            instance.handle().destroyForcibly();

            for (Future<?> each : clients) {
                each.get();
            }
            assertThat(bank.balance(payer)).isEqualTo("940.00");
            until(() -> bank.balance(payee).equals("60.00"));
        } finally {
            instance.stop();
        }
    }

    /** Asks again with the same trace number until the answer is certain. */
    private BankReply untilDefinite(ObjectNode transfer) throws InterruptedException {
        BankReply reply = bank.post("/v1/transfers", transfer);
        while (reply.isWorthRepeating()) {
            timer.pause(Duration.ofMillis(50));
            reply = bank.post("/v1/transfers", transfer);
        }
        return reply;
    }

    private void until(BooleanSupplier condition) {
        Patience.until(timer, condition, () -> "the bank is as it was");
    }

    private int postInTrace(String body) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(bank.gatewayUrl() + "/v1/transfers"))
                                    .header("Content-Type", "application/json")
                                    .header("traceparent", "00-" + TRACE_ID + "-" + CALLER + "-01")
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .statusCode();
        }
    }

    /** Whether every process of a transfer over two cells has told its part. */
    private static boolean isWhole(List<SpanCollector.Seen> spans) {
        return names(spans, "").contains("POST /v1/transfers")
                && names(spans, "cell-1")
                        .containsAll(
                                List.of(
                                        "feiqian.bank.Bank/Transfer",
                                        "peer TRY",
                                        "peer CONFIRM",
                                        "commit"))
                && names(spans, "cell-2")
                        .containsAll(List.of("peer TRY", "peer CONFIRM", "commit"));
    }

    private static SortedSet<String> names(List<SpanCollector.Seen> spans, String cell) {
        return spans.stream()
                .filter(span -> span.cell().equals(cell))
                .map(SpanCollector.Seen::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> ancestors(
            SpanCollector.Seen span, Map<String, SpanCollector.Seen> byId) {
        return Stream.iterate(span, Objects::nonNull, each -> byId.get(each.parent()))
                .map(SpanCollector.Seen::name)
                .toList();
    }

    private static String root(SpanCollector.Seen span, Map<String, SpanCollector.Seen> byId) {
        SpanCollector.Seen at = span;
        while (byId.containsKey(at.parent())) {
            at = byId.get(at.parent());
        }
        return at.parent();
    }
}

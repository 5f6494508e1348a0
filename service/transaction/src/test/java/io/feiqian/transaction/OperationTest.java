package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.telemetry.Alarm;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What operators see and do about transactions that do not end by themselves. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperationTest {
    private final TwoCells cells = new TwoCells();
    private final AtomicInteger confirms = new AtomicInteger();

    @BeforeEach
    void reset() {
        cells.reset();
        confirms.set(0);
    }

    @AfterAll
    void close() {
        cells.close();
    }

    @Test
    void whatIsSuspendedIsDrivenByNoInstanceUntilItIsResumed() throws Exception {
        TraceNumber trace = decidedButUnconfirmed();
        cells.payer.run("update decision set decide_by = 0");
        try (Connection connection = cells.payer.database.pool().getConnection()) {
            assertThat(Suspension.begin(connection, trace, "anna", "under investigation")).isTrue();
            assertThat(Suspension.begin(connection, trace, "berta", "me too")).isFalse();
            assertThat(Suspension.find(connection, trace).orElseThrow().operator())
                    .isEqualTo("anna");
            cells.payer.serving.readSuspensions(connection);
        }
        cells.network = this::countConfirms;

        CellTransactions other = cells.payer.crash();
        int before = confirms.get();
        assertThat(other.recoverNow().get(20, TimeUnit.SECONDS))
                .as("another instance respects it")
                .isZero();
        assertThat(other.driving(trace)).isEmpty();
        assertThat(confirms.get()).isEqualTo(before);

        try (Connection connection = cells.payer.database.pool().getConnection()) {
            assertThat(Suspension.end(connection, trace)).isTrue();
            assertThat(Suspension.end(connection, trace)).isFalse();
        }
        cells.network = cells::deliver;
        other.recoverNow().get(20, TimeUnit.SECONDS);
        until(() -> cells.payee.balance(2) == TwoCells.RICH + 70);
    }

    @Test
    void theInstanceThatDrivesStopsRepeatingAndGoesOnByItselfOnceResumed() throws Exception {
        TraceNumber trace = decidedButUnconfirmed();
        cells.network = this::countConfirms;
        until(() -> confirms.get() > 2);
        try (Connection connection = cells.payer.database.pool().getConnection()) {
            Suspension.begin(connection, trace, "anna", "under investigation");
            cells.payer.serving.readSuspensions(connection);
            // One that was on its way may still have come; then it is quiet for many pauses.
            cells.timer.pause(TwoCells.SETTINGS.retry().most().multipliedBy(2));
            int then = confirms.get();
            cells.timer.pause(TwoCells.SETTINGS.retry().most().multipliedBy(6));
            assertThat(confirms.get()).isEqualTo(then);
            assertThat(cells.payer.serving.driving(trace))
                    .singleElement()
                    .satisfies(each -> {
                        assertThat(each.phase()).isEqualTo("CONFIRMING");
                        assertThat(each.deliveries()).hasSize(1);
                    });

            Suspension.end(connection, trace);
            cells.network = cells::deliver;
            cells.payer.serving.readSuspensions(connection);
        }
        until(() -> cells.payee.balance(2) == TwoCells.RICH + 70);
    }

    @Requirement("B12-c.2")
    @Test
    void whatDidNotComeThroughIsShownWithItsLastErrorAndItsNextTry() throws Exception {
        TraceNumber trace = decidedButUnconfirmed();
        until(() ->
                cells.payer.serving.driving(trace).stream()
                        .flatMap(each -> each.deliveries().stream())
                        .anyMatch(each -> each.failures() > 1 && each.nextMillis() > 0));

        assertThat(cells.payer.serving.driving(trace))
                .singleElement()
                .returns("INITIATOR", Driving::role)
                .extracting(Driving::deliveries)
                .satisfies(all -> {
                    assertThat(all).hasSize(1);
                    assertThat(all.getFirst().branch()).isEqualTo(1);
                    assertThat(all.getFirst().lastError()).isEqualTo("CONFIRM was lost");
                    assertThat(all.getFirst().lastMillis()).isPositive();
                });

        cells.network = cells::deliver;
        until(() -> cells.payer.serving.driving(trace).isEmpty());
    }

    @Requirement({"P6.3.3-b", "B11.3-b"})
    @Test
    void aStuckTransactionIsAlarmedOnceHoweverManyInstancesLook() throws Exception {
        TraceNumber trace = decidedButUnconfirmed();
        cells.payer.run("update decision set decide_by = decide_by - 3600000");
        cells.alarms.clear();
        CellTransactions other = cells.payer.instance();

        int told = cells.payer.serving.watchNow().get(20, TimeUnit.SECONDS);
        int toldAgain = other.watchNow().get(20, TimeUnit.SECONDS);

        assertThat(told).isEqualTo(1);
        assertThat(toldAgain).isZero();
        assertThat(stuck())
                .singleElement()
                .satisfies(alarm -> {
                    assertThat(alarm.trace()).contains(trace);
                    assertThat(alarm.detail()).contains("decision", "after its deadline");
                });
        try (Connection connection = cells.payer.database.pool().getConnection()) {
            assertThat(RaisedAlarm.of(connection, trace))
                    .singleElement()
                    .returns("transaction-stuck", RaisedAlarm::kind)
                    .returns(1, RaisedAlarm::times);
        }

        cells.payer.run("update transaction_alarm set last_at = last_at - 3600000");
        assertThat(other.watchNow().get(20, TimeUnit.SECONDS)).as("an hour later").isEqualTo(1);
    }

    @Requirement("P6.3.3-b")
    @Test
    void manyStuckTransactionsAreNoFloodOfAlarms() throws Exception {
        for (int i = 0; i < 30; i++) {
            decidedButUnconfirmed();
        }
        cells.payer.run("update decision set decide_by = decide_by - 3600000");
        cells.alarms.clear();

        assertThat(cells.payer.serving.watchNow().get(20, TimeUnit.SECONDS)).isEqualTo(30);

        assertThat(stuck()).hasSize(WatchSettings.DEFAULT.mostAtOnce() + 1);
        assertThat(stuck().getLast().detail()).startsWith("10 further transactions");
    }

    @Requirement({"P6.3.3-c", "B11.3-a"})
    @Test
    void unfinishedOnesAreCountedByParticipantStateAndAgeAndTheNewestByTheirState()
            throws Exception {
        cells.payer
                .serving
                .execute(cells.payment(cells.trace(), 1, 2, 10))
                .settled()
                .get(20, TimeUnit.SECONDS);
        until(() ->
                cells.payer.number("select count(*) from decision where finished_at is null") == 0);
        TraceNumber trace = decidedButUnconfirmed();
        cells.payer.run("update decision set decide_by = 0 where finished_at is null");
        cells.payee.run("update branch set decide_by = decide_by - 600000 where state = 1");
        TransactionTotals payer;
        TransactionTotals payee;
        try (Connection first = cells.payer.database.pool().getConnection();
                Connection second = cells.payee.database.pool().getConnection()) {
            Suspension.begin(first, trace, "anna", "to be counted");
            payer = TransactionTotals.read(first);
            payee = TransactionTotals.read(second);
        }

        assertThat(payer.unfinished())
                .containsExactly(
                        new TransactionTotals.Unfinished(
                                "INITIATOR",
                                "DECIDED",
                                Purses.SERVICE,
                                TransactionTotals.Age.OLDER,
                                1));
        assertThat(payer.newest())
                .containsExactlyInAnyOrder(
                        new TransactionTotals.Newest(TransactionState.DECIDED, 1),
                        new TransactionTotals.Newest(TransactionState.SETTLED, 1));
        assertThat(payer.suspended()).isEqualTo(1);
        assertThat(payer.cut()).isFalse();
        assertThat(payee.unfinished())
                .containsExactly(
                        new TransactionTotals.Unfinished(
                                "BRANCH",
                                "TRIED",
                                Purses.SERVICE,
                                TransactionTotals.Age.UP_TO_AN_HOUR,
                                1));
    }

    @Test
    void noRowOfWhatIsUnfinishedSuspendedOrUnresolvedIsCleanedAway() throws Exception {
        TraceNumber suspended = settled();
        TraceNumber proposed = settled();
        settled();
        decidedButUnconfirmed();
        for (TwoCells.Cell each : List.of(cells.payer, cells.payee)) {
            each.run("update decision set decide_by = 0, finished_at = finished_at * 0");
            each.run("update branch set decide_by = 0, finished_at = finished_at * 0");
            try (Connection connection = each.database.pool().getConnection()) {
                Suspension.begin(connection, suspended, "anna", "evidence");
            }
            each.run(
                    "insert into resolution select 1, %d, %d, 1, 1, 1, 1, 1, 0, 1, 20260105, 1, 1, 2,"
                                    .formatted(proposed.head(), proposed.serial())
                            + " 1, 9000, 1, 'purse', '', '', 'anna', 'why', '', ''");
            each.serving.cleanNow().get(20, TimeUnit.SECONDS);
        }

        assertThat(cells.payer.number("select count(*) from decision")).isEqualTo(3);
        assertThat(cells.payee.number("select count(*) from branch")).isEqualTo(3);

        for (TwoCells.Cell each : List.of(cells.payer, cells.payee)) {
            try (Connection connection = each.database.pool().getConnection()) {
                Suspension.end(connection, suspended);
            }
            each.run("update resolution set state = 3");
            each.serving.cleanNow().get(20, TimeUnit.SECONDS);
        }
        assertThat(cells.payer.number("select count(*) from decision")).isEqualTo(1);
        assertThat(cells.payee.number("select count(*) from branch where state = 1")).isEqualTo(1);
        assertThat(cells.payer.number("select count(*) from resolution"))
                .as("what two operators did is kept")
                .isEqualTo(1);
    }

    private TraceNumber settled() throws Exception {
        TraceNumber trace = cells.trace();
        cells.network = cells::deliver;
        cells.payer
                .serving
                .execute(cells.payment(trace, 1, 2, 10))
                .settled()
                .get(20, TimeUnit.SECONDS);
        until(() ->
                cells.payer.number("select count(*) from decision where finished_at is null") == 0);
        return trace;
    }

    @Test
    void noLookReadsWhatIsFinishedHoweverMuchThatIs() throws Exception {
        decidedButUnconfirmed();
        for (TwoCells.Cell each : List.of(cells.payer, cells.payee)) {
            each.run(
                    "insert into decision (trace_head, trace_serial, digest, decide_by,"
                            + " acknowledged, finished_at, attempt, business_date, home_slot,"
                            + " state, initiator, outcome, branches, content) select 1, n, 1, n, 0,"
                            + " n, 1, 20260105, 17, 1, 1, 0, '', '' from generate_series(1, 50000)"
                            + " n");
            each.run(
                    "insert into branch (trace_head, trace_serial, transaction_digest, digest,"
                            + " decide_by, finished_at, attempt, business_date, branch, state,"
                            + " slot, initiator, outcome, service, content) select 1, n, 1, 1, n,"
                            + " n, 1, 20260105, 1, 2, 9000, 1, 0, 'purse', '' from"
                            + " generate_series(1, 50000) n");
            each.run("analyze decision, branch");
        }

        for (String each :
                List.of(
                        TransactionTotals.DECISIONS,
                        TransactionTotals.NEWEST_STATES,
                        TransactionSql.UNFINISHED_NOT_SUSPENDED,
                        TransactionSql.UNFINISHED_DECISIONS)) {
            assertThat(planOf(cells.payer, each))
                    .as(each)
                    .containsAnyOf("using decision_unfinished", "using decision_pkey")
                    .doesNotContain("Seq Scan on decision");
        }
        for (String each :
                List.of(
                        TransactionTotals.BRANCHES,
                        TransactionSql.OVERDUE_NOT_SUSPENDED,
                        TransactionSql.OVERDUE_BRANCHES)) {
            assertThat(planOf(cells.payee, each))
                    .as(each)
                    .contains("branch_tried")
                    .doesNotContain("Seq Scan on branch");
        }
    }

    private static String planOf(TwoCells.Cell cell, String sql) throws Exception {
        StringBuilder plan = new StringBuilder();
        try (Connection connection = cell.database.pool().getConnection();
                Statement explain = connection.createStatement();
                ResultSet row = explain.executeQuery("explain " + sql.replace("?", "1000"))) {
            while (row.next()) {
                plan.append(row.getString(1)).append('\n');
            }
        }
        return plan.toString();
    }

    private List<Alarm> stuck() {
        return cells.alarms.stream()
                .filter(each -> each.name().equals("transaction-stuck"))
                .toList();
    }

    private TraceNumber decidedButUnconfirmed() throws Exception {
        TraceNumber trace = cells.trace();
        cells.network =
                message ->
                        message.kind() == PeerMessage.Kind.TRY
                                ? cells.deliver(message)
                                : TwoCells.lose(message);
        cells.payer
                .serving
                .execute(cells.payment(trace, 1, 2, 70))
                .decided()
                .get(20, TimeUnit.SECONDS);
        return trace;
    }

    private CompletableFuture<PeerReply> countConfirms(PeerMessage message) {
        confirms.incrementAndGet();
        return TwoCells.lose(message);
    }

    private void until(BooleanSupplier condition) throws Exception {
        for (int i = 0; i < 2_000 && !condition.getAsBoolean(); i++) {
            cells.timer.pause(Duration.ofMillis(10));
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}

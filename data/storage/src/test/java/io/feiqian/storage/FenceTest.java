package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.OwnedRanges.OwnedRange;
import io.feiqian.storage.Purses.Add;
import io.feiqian.storage.Purses.Added;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The two-session contract that gates a database adapter (fence-order, fence-queue). */
@Timeout(180)
final class FenceTest {
    private static final SlotRange RANGE = SlotRange.of(0, 3299);
    private static final Slot PINNED = new Slot(9901);

    private static EmbeddedPostgres postgres;
    private TestCell cell;
    private long nextId = 1;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() {
        TestCell.forget(postgres);
        cell =
                TestCell.over(
                        postgres.database(),
                        TestCell.oneWorker().withLockTimeout(Duration.ofSeconds(20)));
    }

    @AfterEach
    void close() {
        assertThat(cell.booksBalance()).isTrue();
        cell.close();
    }

    @Test
    void aSwitchWaitsForCommitsInFlightAndOnlyItsSlotsAreRefusedMeanwhile() throws Exception {
        try (OtherSession inFlight = new OtherSession(cell)) {
            inFlight.fenceShared(range(TestCell.SLOT).id());
            CompletableFuture<Outcome> change = inBackground(() -> change(SlotState.OPEN, 2));
            OtherSession.awaitWaiters(cell, 1);
            assertThat(range(TestCell.SLOT).epoch()).isEqualTo(Epoch.FIRST);
            // The switch gives up its place in the queue now and then; catch it while it waits.
            while (on(TestCell.SLOT, 1) != OutcomeCode.SLOT_MOVING) {
                OtherSession.awaitWaiters(cell, 1);
            }
            OtherSession.awaitWaiters(cell, 1);
            assertThat(on(PINNED, 1)).isEqualTo(OutcomeCode.ACCEPTED);
            assertThat(change).isNotDone();
            inFlight.commit();
            assertThat(change.join().isAccepted()).isTrue();
        }
        assertThat(on(TestCell.SLOT, 1)).isEqualTo(OutcomeCode.STALE_EPOCH);
        assertThat(on(TestCell.SLOT, 2)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(on(TestCell.SLOT, 3)).isEqualTo(OutcomeCode.WRONG_CELL);
    }

    @Test
    void aSwitchWaitsUntilARunningBatchHasCommitted() throws Exception {
        // The worker knows the range, so that its next batch locks it at its first try.
        assertThat(on(TestCell.SLOT, 1)).isEqualTo(OutcomeCode.ACCEPTED);
        CompletableFuture<Answer> running;
        CompletableFuture<Outcome> change;
        try (OtherSession holder = new OtherSession(cell)) {
            holder.lockPurse(1);
            running = cell.commits.submit(cell.work(Add.of(nextId++, 1, 1)));
            OtherSession.awaitWaiters(cell, 1);
            change = inBackground(() -> change(SlotState.MOVING, 2));
            OtherSession.awaitWaiters(cell, 2);
            assertThat(range(TestCell.SLOT).epoch()).isEqualTo(Epoch.FIRST);
            assertThat(running).isNotDone();
            holder.commit();
        }
        assertThat(running.join().isAccepted()).isTrue();
        assertThat(change.join().isAccepted()).isTrue();
        assertThat(on(TestCell.SLOT, 2)).isEqualTo(OutcomeCode.SLOT_MOVING);
    }

    @Test
    void whoWaitedForTheFenceSeesWhatTheSwitchWrote() throws Exception {
        BusinessDate next = TestCell.DAY.plusDays(1);
        CompletableFuture<Answer> waiting;
        try (OtherSession setsTheDay = new OtherSession(cell)) {
            setsTheDay.fenceExclusive(Fence.DAY_LOCK);
            setsTheDay.run("update business_day set open_day = " + next.number());
            waiting = cell.commits.submit(cell.work(Add.of(nextId++, 1, 1)));
            OtherSession.awaitWaiters(cell, 1);
            setsTheDay.commit();
        }
        assertThat(waiting.join().value(Added.class).orElseThrow().businessDate())
                .isEqualTo(next.number());
    }

    /** Why the lock is a statement of its own: what the database does with a combined one. */
    @Test
    void aCombinedLockAndReadWouldSeeTheOldEpoch() throws Exception {
        int id = range(TestCell.SLOT).id();
        CompletableFuture<Long> combined;
        CompletableFuture<Long> separate;
        try (OtherSession switching = new OtherSession(cell)) {
            switching.fenceExclusive(id);
            switching.run("update slot_ownership set epoch = 7 where range_id = " + id);
            combined =
                    inBackground(() ->
                            inTransaction(
                                    "select epoch from slot_ownership where range_id = "
                                            + id
                                            + " and pg_advisory_xact_lock_shared(%d, %d)"
                                                    .formatted(Fence.LOCK_CLASS, id)
                                            + " is not null",
                                    Optional.empty()));
            separate =
                    inBackground(() ->
                            inTransaction(
                                    "select epoch from slot_ownership where range_id = " + id,
                                    Optional.of(id)));
            OtherSession.awaitWaiters(cell, 2);
            switching.commit();
        }
        assertThat(combined.join()).isEqualTo(1);
        assertThat(separate.join()).isEqualTo(7);
    }

    @Test
    void eachStateAdmitsWhatTheTableSays() {
        assertThat(change(SlotState.DRAINING, 2).isAccepted()).isTrue();
        assertThat(on(TestCell.SLOT, 2)).isEqualTo(OutcomeCode.SLOT_DRAINING);
        assertThat(on(TestCell.SLOT, 2, WorkKind.CONFIRM)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(change(SlotState.MOVING, 3).isAccepted()).isTrue();
        assertThat(on(TestCell.SLOT, 3, WorkKind.CONFIRM)).isEqualTo(OutcomeCode.SLOT_MOVING);
        assertThat(change(SlotState.CREDIT_ONLY, 4).isAccepted()).isTrue();
        assertThat(on(TestCell.SLOT, 4)).isEqualTo(OutcomeCode.CREDIT_ONLY);
        assertThat(on(TestCell.SLOT, 4, WorkKind.NEW_CREDIT)).isEqualTo(OutcomeCode.ACCEPTED);
    }

    @Test
    void partOfARangeChangesAloneAndRunningCommitsFindTheNewRowsByThemselves() {
        assertThat(on(TestCell.SLOT, 1)).isEqualTo(OutcomeCode.ACCEPTED);
        Ownership ownership = cell.database.ownership();
        assertThat(ownership.change(SlotRange.of(100, 199), SlotState.MOVING, new Epoch(2)))
                .isEqualTo(Outcome.accepted());
        assertThat(on(new Slot(99), 1)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(on(new Slot(100), 2)).isEqualTo(OutcomeCode.SLOT_MOVING);
        assertThat(on(new Slot(200), 1)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(ownership.current().ranges()).hasSize(4);
    }

    @Test
    void epochsOnlyGrowAlsoOverGivingSlotsAwayAndTakingThemBack() {
        Ownership ownership = cell.database.ownership();
        assertThat(change(SlotState.OPEN, 1).code()).isEqualTo(OutcomeCode.STALE_EPOCH);
        assertThat(ownership.giveUp(RANGE, new Epoch(5)).isAccepted()).isTrue();
        assertThat(on(TestCell.SLOT, 5)).isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(change(SlotState.OPEN, 6).code()).isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(ownership.takeOver(RANGE, SlotState.OPEN, new Epoch(5)).code())
                .isEqualTo(OutcomeCode.STALE_EPOCH);
        assertThat(ownership.takeOver(RANGE, SlotState.OPEN, new Epoch(6)).isAccepted()).isTrue();
        assertThat(ownership.takeOver(RANGE, SlotState.OPEN, new Epoch(7)).code())
                .isEqualTo(OutcomeCode.ALREADY_EXISTS);
        assertThat(on(TestCell.SLOT, 6)).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(ownership.giveUp(SlotRange.of(3000, 3500), new Epoch(9)).code())
                .isEqualTo(OutcomeCode.WRONG_CELL);
    }

    @Test
    void theFirstMapCountsOnceAndTheRowsAfterwards() {
        assertThat(change(SlotState.DRAINING, 4).isAccepted()).isTrue();
        cell.database.ownership().initialise(io.feiqian.routing.RouteMap.evenly(2));
        assertThat(range(TestCell.SLOT).slots()).isEqualTo(RANGE);
        assertThat(range(TestCell.SLOT).epoch()).isEqualTo(new Epoch(4));
    }

    @Test
    void theBusinessDayMovesForwardOnlyAndClosingStaysBehindIt() {
        BusinessDays days = cell.database.businessDays();
        BusinessDate day = TestCell.DAY;
        assertThat(days.current().open()).isEqualTo(day);
        assertThat(days.open(day.plusDays(3)).isAccepted()).isTrue();
        assertThat(days.open(day.plusDays(3)).isAccepted()).isTrue();
        assertThat(days.open(day.plusDays(2)).code()).isEqualTo(OutcomeCode.DATE_NOT_FORWARD);
        assertThat(days.closeThrough(day.plusDays(3)).code())
                .isEqualTo(OutcomeCode.DATE_NOT_FORWARD);
        assertThat(days.closeThrough(day.plusDays(2)).isAccepted()).isTrue();
        assertThat(days.closeThrough(day).code()).isEqualTo(OutcomeCode.DATE_NOT_FORWARD);
        days.initialise(day);
        assertThat(days.current())
                .isEqualTo(new BusinessDays.Days(day.plusDays(3), day.plusDays(2)));
        Answer answer = cell.add(nextId++, 1, 1);
        assertThat(answer.value(Added.class).orElseThrow().businessDate())
                .isEqualTo(day.plusDays(3).number());
    }

    @Test
    void everyConnectionIsReadCommittedWhateverTheDatabasePrefers() throws Exception {
        cell.run("alter role feiqian set default_transaction_isolation = 'repeatable read'");
        try (CellDatabase other = CellDatabase.open(postgres.database(), TestCell.CELL, List.of());
                Connection pooled = other.pool().getConnection();
                Connection batches = other.openForBatches(Duration.ofSeconds(1))) {
            assertThat(isolation(pooled)).isEqualTo("read committed");
            assertThat(isolation(batches)).isEqualTo("read committed");
        } finally {
            cell.run("alter role feiqian reset default_transaction_isolation");
        }
    }

    private static String isolation(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show transaction_isolation")) {
            row.next();
            return row.getString(1);
        }
    }

    private OwnedRange range(Slot slot) {
        return cell.database.ownership().current().of(slot).orElseThrow();
    }

    private Outcome change(SlotState state, long epoch) {
        return cell.database.ownership().change(RANGE, state, new Epoch(epoch));
    }

    private OutcomeCode on(Slot slot, long epoch) {
        return on(slot, epoch, WorkKind.NEW_WORK);
    }

    private OutcomeCode on(Slot slot, long epoch, WorkKind kind) {
        Work work =
                new Work(
                        List.of(new Claim(slot, kind, Optional.of(new Epoch(epoch)))),
                        List.of(new Part<>(cell.purses, Add.of(nextId++, 1, 1))),
                        Lane.NEW,
                        TestCell.soon());
        return cell.commits.submit(work).join().code();
    }

    private static <T> CompletableFuture<T> inBackground(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, Thread::startVirtualThread);
    }

    private long inTransaction(String sql, Optional<Integer> firstLock) {
        try (OtherSession session = new OtherSession(cell)) {
            if (firstLock.isPresent()) {
                session.fenceShared(firstLock.get());
            }
            return session.number(sql);
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }
}

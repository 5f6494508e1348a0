package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.SettableClock;
import io.feiqian.storage.CuttingProxy.AtCommit;
import io.feiqian.storage.OwnedRanges.OwnedRange;
import io.feiqian.storage.Purses.Add;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection that is lost at its COMMIT (unknown-commit). */
@Timeout(180)
final class UnknownCommitTest {
    private static EmbeddedPostgres postgres;

    /** The clock of the deadlines that a test wants to pass. */
    private final SettableClock clock = new SettableClock(Instant.EPOCH);

    private CuttingProxy proxy;
    private TestCell cell;
    private TestCell direct;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() throws Exception {
        proxy = new CuttingProxy(postgres.port());
        direct = TestCell.over(postgres.database());
        direct.run("truncate purse_entry");
        direct.run("update purse set balance = 0");
        openCell(TestCell.oneWorker());
    }

    private void openCell(GroupedCommits.Settings settings) {
        cell = TestCell.over(postgres.database().withUrl(proxy.url()), settings);
        // The worker's connection is made, so that the next COMMIT is the one that counts.
        assertThat(cell.add(1000, 100, 1).isAccepted()).isTrue();
    }

    @AfterEach
    void close() throws Exception {
        cell.close();
        assertThat(direct.booksBalance()).isTrue();
        direct.close();
        proxy.close();
    }

    @Test
    void aCommitWhoseAnswerWasLostIsFoundByItsKeys() {
        proxy.atNextCommit(AtCommit.CUT_ANSWER);
        Answer answer = cell.add(1, 1, 5);
        assertThat(answer.isAccepted()).isTrue();
        assertThat(answer.recorded()).isTrue();
        assertThat(direct.balance(1)).isEqualTo(5);
        assertThat(lostCommits()).isEqualTo(1);
    }

    @Test
    void aCommitThatNeverArrivedIsDoneAgain() {
        proxy.atNextCommit(AtCommit.CUT_BEFORE);
        assertThat(cell.add(1, 1, 5).isAccepted()).isTrue();
        assertThat(direct.balance(1)).isEqualTo(5);
        assertThat(lostCommits()).isEqualTo(1);
    }

    @Test
    void anOldBackendThatStillCommitsIsWaitedForAndNothingIsDoneTwice() throws Exception {
        cell.close();
        openCell(patient());
        proxy.atNextCommit(AtCommit.HOLD);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            answers.add(cell.commits.submit(cell.work(Add.of(i, i, 5))));
        }
        proxy.awaitHeld();
        // Its transaction is open, with the rows locked; our second try has to wait for it.
        OtherSession.awaitWaiters(direct, 1);
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        proxy.deliver();
        for (CompletableFuture<Answer> each : answers) {
            assertThat(each.join().isAccepted()).isTrue();
        }
        assertThat(direct.entries()).isEqualTo(21);
        assertThat(direct.number("select sum(balance) from purse")).isEqualTo(101);
    }

    @Test
    void unknownIsAnsweredOnlyToThoseWhoseCommitWasSent() throws Exception {
        Deadline soonOver = Deadline.after(Duration.ofSeconds(2), clock);
        proxy.refuseConnections();
        proxy.atNextCommit(AtCommit.HOLD);
        CompletableFuture<Answer> sent = cell.commits.submit(cell.work(Add.of(1, 1, 5), soonOver));
        proxy.awaitHeld();
        CompletableFuture<Answer> notSent = cell.commits.submit(cell.work(Add.of(2, 2, 5)));
        assertThat(notSent.join().code()).isEqualTo(OutcomeCode.DATABASE_UNAVAILABLE);
        assertThat(sent).isNotDone();
        clock.advance(Duration.ofSeconds(2));
        assertThat(sent.join().code()).isEqualTo(OutcomeCode.UNKNOWN);
        proxy.deliver();
        // The truth is found by asking again with the same key.
        assertThat(direct.add(1, 1, 5).isAccepted()).isTrue();
        assertThat(direct.balance(1)).isEqualTo(5);
        assertThat(direct.balance(2)).isZero();
    }

    @Test
    void aCommitThatHangsIsUnknownAtTheDeadlineAndFoundLater() throws Exception {
        proxy.atNextCommit(AtCommit.STALL);
        Deadline soonOver = Deadline.after(Duration.ofSeconds(2), clock);
        CompletableFuture<Answer> hanging =
                cell.commits.submit(cell.work(Add.of(1, 1, 5), soonOver));
        proxy.awaitHeld();
        clock.advance(Duration.ofSeconds(3));
        assertThat(hanging.join().code()).isEqualTo(OutcomeCode.UNKNOWN);
        proxy.deliver();
        Answer later = cell.add(1, 1, 5);
        assertThat(later.isAccepted()).isTrue();
        assertThat(later.recorded()).isTrue();
        assertThat(direct.balance(1)).isEqualTo(5);
    }

    @Test
    void whatWasCommittedIsFoundByItsKeysAlsoWhereTheFenceRefusesByNow() throws Exception {
        proxy.refuseConnections();
        proxy.atNextCommit(AtCommit.CUT_ANSWER);
        CompletableFuture<Answer> lost = cell.commits.submit(cell.work(Add.of(1, 1, 5)));
        proxy.awaitHeld();
        try (var _ = new Change(SlotState.MOVING)) {
            proxy.acceptConnections();
            assertThat(lost.join().isAccepted()).isTrue();
            assertThat(lost.join().recorded()).isTrue();
        }
        assertThat(direct.balance(1)).isEqualTo(5);
    }

    @Test
    void aRefusalOfTheFenceAnswersOnlyThoseWhoWereNotInTheLostCommit() throws Exception {
        cell.close();
        openCell(patient());
        CompletableFuture<Answer> before;
        CompletableFuture<Answer> lost;
        CompletableFuture<Answer> repeated;
        CompletableFuture<Answer> elsewhere;
        try (OtherSession holder = new OtherSession(direct)) {
            holder.lockPurse(3);
            before = cell.commits.submit(cell.work(Add.of(3, 3, 5)));
            OtherSession.awaitWaiters(direct, 1);
            // These are the next batch.
            lost = cell.commits.submit(cell.work(Add.of(1, 1, 5)));
            repeated = cell.commits.submit(cell.work(Add.of(1000, 100, 1)));
            elsewhere =
                    cell.commits.submit(
                            cell.work(Add.of(2, 2, 5), new Slot(9000), TestCell.soon()));
            proxy.refuseConnections();
            proxy.atCommitAfterNext(AtCommit.CUT_BEFORE);
            holder.commit();
        }
        proxy.awaitHeld();
        assertThat(before.join().isAccepted()).isTrue();
        try (var _ = new Change(SlotState.MOVING)) {
            proxy.acceptConnections();
            assertThat(repeated.join().code()).isEqualTo(OutcomeCode.SLOT_MOVING);
            assertThat(elsewhere.join().code()).isEqualTo(OutcomeCode.WRONG_CELL);
            // It was asked together with them, and before them.
            assertThat(lost).isNotDone();
        }
        assertThat(lost.join().isAccepted()).isTrue();
        assertThat(direct.balance(1)).isEqualTo(5);
    }

    @Test
    void whatTheFenceRefusesUntilTheDeadlineIsUnknown() throws Exception {
        Deadline soonOver = Deadline.after(Duration.ofSeconds(2), clock);
        proxy.refuseConnections();
        proxy.atNextCommit(AtCommit.CUT_BEFORE);
        CompletableFuture<Answer> lost = cell.commits.submit(cell.work(Add.of(1, 1, 5), soonOver));
        proxy.awaitHeld();
        try (var _ = new Change(SlotState.DRAINING)) {
            proxy.acceptConnections();
            // The second is taken up when the lost one was asked for again, which the first shows.
            assertThat(cell.add(2, 2, 5).code()).isEqualTo(OutcomeCode.SLOT_DRAINING);
            assertThat(cell.add(3, 3, 5).code()).isEqualTo(OutcomeCode.SLOT_DRAINING);
            assertThat(lost).isNotDone();
            clock.advance(Duration.ofSeconds(2));
            assertThat(lost.join().code()).isEqualTo(OutcomeCode.UNKNOWN);
        }
        assertThat(direct.add(1, 1, 5).recorded()).isFalse();
        assertThat(direct.balance(1)).isEqualTo(5);
    }

    @Test
    void aRefusalThatNoKeyStandsBehindSaysNothingOfTheLostCommit() throws Exception {
        proxy.refuseConnections();
        proxy.atNextCommit(AtCommit.CUT_BEFORE);
        CompletableFuture<Answer> lost = cell.commits.submit(cell.work(Add.of(1, 1, 5)));
        proxy.awaitHeld();
        cell.purses.shut(true);
        proxy.acceptConnections();
        // The second is taken up when the lost one was asked for again, which the first shows.
        assertThat(cell.add(2, 2, 5).code()).isEqualTo(OutcomeCode.DAY_CLOSED);
        assertThat(cell.add(3, 3, 5).code()).isEqualTo(OutcomeCode.DAY_CLOSED);
        assertThat(lost).isNotDone();
        cell.purses.shut(false);
        assertThat(lost.join().isAccepted()).isTrue();
        assertThat(direct.balance(1)).isEqualTo(5);
    }

    /** Nobody is refused since locks or connections are not to be had for long. */
    private static GroupedCommits.Settings patient() {
        GroupedCommits.Settings usual = TestCell.oneWorker();
        return new GroupedCommits.Settings(
                usual.limits(),
                usual.workers(),
                Duration.ofSeconds(20),
                usual.narrowLockTimeout(),
                Duration.ofMinutes(1),
                usual.answerGrace(),
                usual.closeGrace(),
                usual.backoff());
    }

    /** Another state of the cell's slots, until it is closed. */
    private final class Change implements AutoCloseable {
        Change(SlotState state) {
            become(state);
        }

        @Override
        public void close() {
            become(SlotState.OPEN);
        }

        private void become(SlotState state) {
            Ownership ownership = direct.database.ownership();
            OwnedRange range = ownership.current().of(TestCell.SLOT).orElseThrow();
            Epoch next = new Epoch(range.epoch().number() + 1);
            assertThat(ownership.change(range.slots(), state, next)).isEqualTo(Outcome.accepted());
        }
    }

    private double lostCommits() {
        return cell.metrics
                .get("feiqian.commit.faults")
                .tag("kind", "lost-commit")
                .counter()
                .count();
    }
}

package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Limits;
import io.feiqian.runtime.SettableClock;
import io.feiqian.storage.Purses.Add;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
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

/** The database is full, hangs, dies and comes back. */
@Timeout(180)
final class OutageTest {
    private static EmbeddedPostgres postgres;
    private TestCell cell;

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
                        TestCell.oneWorker()
                                .with(new Limits(4, 3, 100))
                                .withLockTimeout(Duration.ofSeconds(20)));
        assertThat(cell.add(9001, 100, 0).isAccepted()).isTrue();
    }

    @AfterEach
    void close() {
        cell.close();
    }

    @Test
    void aFullDiskIsSaidPlainlyAndNothingIsHalfDone() {
        cell.run(
                "create function full_disk() returns trigger language plpgsql as $$ begin raise"
                        + " exception 'could not extend file: No space left on device'"
                        + " using errcode = '53100'; end $$");
        cell.run(
                "create trigger full_disk before insert on purse_entry"
                        + " execute function full_disk()");
        assertThat(cell.add(1, 1, 5).code()).isEqualTo(OutcomeCode.DATABASE_FULL);
        assertThat(cell.balance(1)).isZero();
        assertThat(cell.alarms).anyMatch(alarm -> alarm.name().equals("database-full"));
        cell.run("drop trigger full_disk on purse_entry");
        assertThat(cell.add(1, 1, 5).isAccepted()).isTrue();
    }

    @Requirement("P6.2.2.5-j")
    @Test
    void whetherTheDatabaseAnswersIsFoundOutAgainEachTime() {
        try (DatabaseCheck check = cell.database.check()) {
            assertThat(check.answers()).isTrue();
            postgres.kill();
            assertThat(check.answers()).isFalse();
            assertThat(check.answers()).isFalse();
            postgres = EmbeddedPostgres.start(postgres.config());
            assertThat(check.answers()).isTrue();
        }
    }

    @Test
    void aDatabaseThatIsDownIsSaidPlainlyAndWorkGoesOnWhenItIsBack() {
        postgres.kill();
        assertThat(cell.add(1, 1, 5).code()).isEqualTo(OutcomeCode.DATABASE_UNAVAILABLE);
        postgres = EmbeddedPostgres.start(postgres.config());
        assertThat(cell.add(1, 1, 5).isAccepted()).isTrue();
        assertThat(cell.add(9001, 100, 0).recorded()).isTrue();
        assertThat(cell.booksBalance()).isTrue();
    }

    @Test
    void aFullQueueRefusesBeforeAnythingBegins() throws Exception {
        List<CompletableFuture<Answer>> waiting = new ArrayList<>();
        try (OtherSession holder = new OtherSession(cell)) {
            CompletableFuture<Answer> running = hold(holder, TestCell.soon());
            for (int i = 2; i <= 4; i++) {
                waiting.add(cell.commits.submit(cell.work(Add.of(i, i, 1))));
            }
            assertThat(cell.add(5, 5, 1).code()).isEqualTo(OutcomeCode.OVERLOADED);
            holder.commit();
            waiting.add(running);
        }
        assertThat(waiting).allMatch(each -> each.join().isAccepted());
        assertThat(cell.balance(5)).isZero();
    }

    @Test
    void aHangingDatabaseHoldsNobodyBeyondTheDeadline() throws Exception {
        SettableClock clock = new SettableClock(Instant.EPOCH);
        Deadline soonOver = Deadline.after(Duration.ofSeconds(1), clock);
        try (OtherSession holder = new OtherSession(cell)) {
            CompletableFuture<Answer> begun = hold(holder, soonOver);
            CompletableFuture<Answer> waiting =
                    cell.commits.submit(cell.work(Add.of(2, 2, 1), soonOver));
            clock.advance(Duration.ofSeconds(2));
            assertThat(waiting.join().code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
            assertThat(begun.join().code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
            holder.commit();
        }
        // Both were told that nothing happened, also the one that had begun: it never commits.
        assertThat(cell.add(3, 3, 1).isAccepted()).isTrue();
        assertThat(cell.balance(1)).isZero();
        assertThat(cell.balance(2)).isZero();
    }

    @Test
    void closingAnswersEverythingThatWasTakenAndRefusesTheRest() throws Exception {
        List<CompletableFuture<Answer>> taken = new ArrayList<>();
        Thread closing = new Thread(cell.commits::close);
        try (OtherSession holder = new OtherSession(cell)) {
            taken.add(hold(holder, TestCell.soon()));
            for (int i = 2; i <= 4; i++) {
                taken.add(cell.commits.submit(cell.work(Add.of(i, i, 1))));
            }
            closing.start();
            OutcomeCode late = OutcomeCode.OVERLOADED;
            while (late == OutcomeCode.OVERLOADED) {
                late = cell.add(5, 5, 1).code();
            }
            assertThat(late).isEqualTo(OutcomeCode.SHUTTING_DOWN);
            holder.commit();
        }
        closing.join();
        assertThat(taken).allMatch(each -> each.join().isAccepted());
        assertThat(cell.entries()).isEqualTo(5);
    }

    /** A work that has begun and waits for a row until the holder commits. */
    private CompletableFuture<Answer> hold(OtherSession holder, Deadline deadline)
            throws Exception {
        holder.lockPurse(1);
        CompletableFuture<Answer> running =
                cell.commits.submit(cell.work(Add.of(1, 1, 1), deadline));
        OtherSession.awaitWaiters(cell, 1);
        return running;
    }
}

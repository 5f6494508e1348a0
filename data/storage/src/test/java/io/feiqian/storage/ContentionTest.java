package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Purses.Add;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two instances of a cell over one database, and somebody else who holds rows. */
@Timeout(180)
final class ContentionTest {
    private static EmbeddedPostgres postgres;
    private TestCell one;
    private TestCell two;

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
        one = TestCell.over(postgres.database(), patient());
        two = TestCell.over(postgres.database(), patient());
        one.run("truncate purse_entry");
        one.run("update purse set balance = 0");
        one.add(9001, 100, 0);
        two.add(9002, 100, 0);
    }

    @AfterEach
    void close() {
        assertThat(one.booksBalance()).isTrue();
        one.close();
        two.close();
    }

    @Test
    @Requirement("D7.3-0")
    void theSameRequestAtTwoInstancesIsDoneOnceAndNoKeyEverCollides() throws Exception {
        CompletableFuture<Answer> first;
        CompletableFuture<Answer> second;
        try (OtherSession holder = new OtherSession(one)) {
            holder.lockPurse(1);
            first = one.commits.submit(one.work(Add.of(1, 1, 5)));
            second = two.commits.submit(two.work(Add.of(1, 1, 5)));
            OtherSession.awaitWaiters(one, 2);
            holder.commit();
        }
        List<Answer> answers = List.of(first.join(), second.join());
        assertThat(answers).allMatch(Answer::isAccepted);
        assertThat(answers.stream().filter(Answer::recorded)).hasSize(1);
        assertThat(one.balance(1)).isEqualTo(5);
        // With the keys read before the lock, the waiter would have inserted, and failed.
        assertThat(faults(one) + faults(two)).isZero();
    }

    @Test
    void theSequenceIsDrawnAfterTheLocksSoThatItGrowsAlongEveryRow() throws Exception {
        CompletableFuture<Answer> waiting;
        long drawnByTheHolder;
        try (OtherSession holder = new OtherSession(one)) {
            holder.lockPurse(1);
            waiting = one.commits.submit(one.work(Add.of(1, 1, 5)));
            OtherSession.awaitWaiters(one, 1);
            drawnByTheHolder = holder.number("select nextval('commit_sequence')");
            holder.commit();
        }
        assertThat(sequence(waiting)).isGreaterThan(drawnByTheHolder);
    }

    @Test
    void opposingOrdersOfRowsNeverDeadlock() {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            long purse = i % 50 + 1L;
            answers.add(one.commits.submit(one.work(Add.of(i, purse, 1))));
            answers.add(two.commits.submit(two.work(Add.of(10_000 + i, 51 - purse, 1))));
        }
        assertThat(answers).allMatch(each -> each.join().isAccepted());
        assertThat(faults(one) + faults(two)).isZero();
        assertThat(one.number("select sum(balance) from purse")).isEqualTo(4000);
    }

    @Test
    void onlyTheWorkOfALockedAccountIsSetAside() throws Exception {
        TestCell hasty =
                TestCell.over(
                        postgres.database(),
                        TestCell.oneWorker().withLockTimeout(Duration.ofMillis(50)));
        try (OtherSession holder = new OtherSession(one)) {
            holder.lockPurse(7);
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 1; i <= 20; i++) {
                answers.add(hasty.commits.submit(hasty.work(Add.of(i, i, 1))));
            }
            for (int i = 1; i <= 20; i++) {
                assertThat(answers.get(i - 1).join().code())
                        .isEqualTo(i == 7 ? OutcomeCode.OVERLOADED : OutcomeCode.ACCEPTED);
            }
            holder.commit();
            assertThat(hasty.add(7, 7, 1).isAccepted()).isTrue();
        } finally {
            hasty.close();
        }
    }

    @Test
    void finishingWorkGoesBeforeNewWork() throws Exception {
        CompletableFuture<Answer> fresh;
        CompletableFuture<Answer> finishing;
        TestCell small =
                TestCell.over(
                        postgres.database(),
                        patient().with(new io.feiqian.runtime.MicroBatcher.Limits(1, 10, 10)));
        try (OtherSession holder = new OtherSession(one)) {
            holder.lockPurse(1);
            CompletableFuture<Answer> running = small.commits.submit(small.work(Add.of(1, 1, 1)));
            OtherSession.awaitWaiters(one, 1);
            fresh = small.commits.submit(small.work(Add.of(2, 2, 1)));
            finishing =
                    small.commits.submit(
                            new Work(
                                    List.of(Claim.of(TestCell.SLOT, WorkKind.CONFIRM)),
                                    List.of(new Part<>(small.purses, Add.of(3, 3, 1))),
                                    Lane.FINISHING,
                                    TestCell.soon()));
            holder.commit();
            assertThat(running.join().isAccepted()).isTrue();
            assertThat(sequence(finishing)).isLessThan(sequence(fresh));
        } finally {
            small.close();
        }
    }

    private static long sequence(CompletableFuture<Answer> answer) {
        return answer.join().value(Purses.Added.class).orElseThrow().sequence();
    }

    /** Waits long for locks, so that a slow machine does not look like a foreign lock. */
    private static GroupedCommits.Settings patient() {
        return TestCell.oneWorker().withLockTimeout(Duration.ofSeconds(20));
    }

    private static double faults(TestCell cell) {
        return cell.metrics.find("feiqian.commit.faults").counters().stream()
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }
}

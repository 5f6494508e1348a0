package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Purses.Add;
import io.feiqian.storage.Purses.Added;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class GroupedCommitsTest {
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
        cell = TestCell.over(postgres.database());
        cell.run("truncate purse_entry");
        cell.run("update purse set balance = 0");
    }

    @AfterEach
    void close() {
        assertThat(cell.booksBalance()).isTrue();
        cell.close();
    }

    @Test
    void eachCallerGetsItsOwnAnswerAndTheEffectIsThere() {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            answers.add(cell.commits.submit(cell.work(Add.of(i, i % 10 + 1, i))));
        }
        for (CompletableFuture<Answer> each : answers) {
            assertThat(each.join().isAccepted()).isTrue();
            assertThat(each.join().recorded()).isFalse();
        }
        assertThat(cell.entries()).isEqualTo(1000);
        assertThat(cell.number("select sum(balance) from purse")).isEqualTo(500_500);
        assertThat(cell.metrics.get("feiqian.commit.batch.size").summary().max()).isGreaterThan(1);
    }

    @Test
    void twoWorkersApplyEveryRequestOnceAlsoWhereTheyMeetAtOneRow() {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        try (TestCell two =
                TestCell.over(postgres.database(), GroupedCommits.Settings.defaults())) {
            for (int i = 1; i <= 2000; i++) {
                int purse = i % 2 == 0 ? 1 : i % 100 + 1;
                answers.add(two.commits.submit(two.work(Add.of(i, purse, 1))));
                answers.add(two.commits.submit(two.work(Add.of(i, purse, 1))));
            }
            answers.forEach(each -> assertThat(each.join().isAccepted()).isTrue());
        }
        assertThat(cell.entries()).isEqualTo(2000);
        assertThat(cell.number("select sum(balance) from purse")).isEqualTo(2000);
    }

    @Test
    void aRepeatedRequestIsAnsweredAsTheFirstTimeInTheSameBatchAndLater() {
        CompletableFuture<Answer> first = cell.commits.submit(cell.work(Add.of(1, 1, 5)));
        CompletableFuture<Answer> repeat = cell.commits.submit(cell.work(Add.of(1, 1, 5)));
        assertThat(first.join().value(Added.class)).isEqualTo(repeat.join().value(Added.class));
        Answer later = cell.add(1, 1, 5);
        assertThat(later.recorded()).isTrue();
        assertThat(later.value(Added.class)).isEqualTo(first.join().value(Added.class));
        assertThat(cell.balance(1)).isEqualTo(5);
    }

    @Test
    void theSequenceGrowsAlongOneRow() {
        long last = 0;
        for (int i = 1; i <= 20; i++) {
            long sequence = cell.add(i, 1, 1).value(Added.class).orElseThrow().sequence();
            assertThat(sequence).isGreaterThan(last);
            last = sequence;
        }
    }

    @Test
    void aForeignSlotAStaleAndAFutureEpochAreRefusedAndTheRestOfTheBatchGoesOn() {
        CompletableFuture<Answer> good = cell.commits.submit(cell.work(Add.of(1, 1, 1)));
        Slot foreign = new Slot(5000);
        assertThat(code(claim(foreign, Optional.empty()), 2)).isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(code(claim(TestCell.SLOT, Optional.of(new Epoch(2))), 3))
                .isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(code(claim(TestCell.SLOT, Optional.of(new Epoch(1))), 4))
                .isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(good.join().isAccepted()).isTrue();
        assertThat(cell.entries()).isEqualTo(2);
    }

    @Test
    void expiredWorkIsRefusedBeforeItBegins() {
        Deadline passed = Deadline.after(Duration.ofNanos(-1), Clock.system());
        Answer answer = cell.commits.submit(cell.work(Add.of(1, 1, 1), passed)).join();
        assertThat(answer.code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        assertThat(cell.entries()).isZero();
    }

    @Test
    void aWorkThatTheDatabaseRefusesDoesNotHurtTheOthers() {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            String note =
                    switch (i) {
                        case 13 -> "a NUL \0 in a text";
                        case 31 -> Purses.NOTE_THAT_OUR_CODE_CHOKES_ON;
                        default -> "fine";
                    };
            answers.add(cell.commits.submit(cell.work(new Add(i, i, 1, note))));
        }
        for (int i = 1; i <= 50; i++) {
            Answer answer = answers.get(i - 1).join();
            assertThat(answer.code())
                    .isEqualTo(
                            i == 13 || i == 31 ? OutcomeCode.INTERNAL_ERROR : OutcomeCode.ACCEPTED);
        }
        assertThat(cell.entries()).isEqualTo(48);
        assertThat(cell.alarms).hasSize(2).allMatch(alarm -> alarm.name().equals("poison-work"));
    }

    @Test
    void anInsertOfAnotherNumberOfRowsThanExpectedRollsBack() {
        Work wrong =
                new Work(
                        List.of(Claim.of(TestCell.SLOT, WorkKind.NEW_WORK)),
                        List.of(new Part<>(new Purses(1), Add.of(1, 1, 1))),
                        Lane.NEW,
                        TestCell.soon());
        assertThat(cell.commits.submit(wrong).join().code()).isEqualTo(OutcomeCode.INTERNAL_ERROR);
        assertThat(cell.entries()).isZero();
        assertThat(cell.balance(1)).isZero();
    }

    private static Claim claim(Slot slot, Optional<Epoch> epoch) {
        return new Claim(slot, WorkKind.NEW_WORK, epoch);
    }

    private OutcomeCode code(Claim claim, long id) {
        Work work =
                new Work(
                        List.of(claim),
                        List.of(new Part<>(cell.purses, Add.of(id, 1, 1))),
                        Lane.NEW,
                        TestCell.soon());
        return cell.commits.submit(work).join().code();
    }
}

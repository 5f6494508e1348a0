package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.storage.CuttingProxy.AtCommit;
import io.feiqian.storage.Purses.Add;
import io.feiqian.vocabulary.OutcomeCode;
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

/** A connection that is lost at its COMMIT (unknown-commit). */
@Timeout(180)
final class UnknownCommitTest {
    private static EmbeddedPostgres postgres;
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
        cell = TestCell.over(postgres.database().withUrl(proxy.url()));
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
        Deadline soonOver = Deadline.after(Duration.ofSeconds(2), Clock.system());
        proxy.atNextCommit(AtCommit.HOLD);
        CompletableFuture<Answer> sent = cell.commits.submit(cell.work(Add.of(1, 1, 5), soonOver));
        proxy.awaitHeld();
        proxy.refuseConnections();
        CompletableFuture<Answer> notSent = cell.commits.submit(cell.work(Add.of(2, 2, 5)));
        assertThat(sent.join().code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(notSent.join().code()).isEqualTo(OutcomeCode.DATABASE_UNAVAILABLE);
        proxy.deliver();
        // The truth is found by asking again with the same key.
        assertThat(direct.add(1, 1, 5).isAccepted()).isTrue();
        assertThat(direct.balance(1)).isEqualTo(5);
        assertThat(direct.balance(2)).isZero();
    }

    @Test
    void aCommitThatHangsIsUnknownAtTheDeadlineAndFoundLater() throws Exception {
        proxy.atNextCommit(AtCommit.STALL);
        Deadline soonOver = Deadline.after(Duration.ofMillis(500), Clock.system());
        CompletableFuture<Answer> hanging =
                cell.commits.submit(cell.work(Add.of(1, 1, 5), soonOver));
        proxy.awaitHeld();
        assertThat(hanging.join().code()).isEqualTo(OutcomeCode.UNKNOWN);
        proxy.deliver();
        Answer later = cell.add(1, 1, 5);
        assertThat(later.isAccepted()).isTrue();
        assertThat(later.recorded()).isTrue();
        assertThat(direct.balance(1)).isEqualTo(5);
    }

    private double lostCommits() {
        return cell.metrics
                .get("feiqian.commit.faults")
                .tag("kind", "lost-commit")
                .counter()
                .count();
    }
}

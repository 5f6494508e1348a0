package io.feiqian.transaction;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.Content;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.transaction.DecisionCommand.Acknowledge;
import io.feiqian.transaction.DecisionCommand.Decide;
import io.feiqian.transaction.DecisionCommand.Look;
import io.feiqian.transaction.DecisionCommand.Mark;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * END marks on a real database: the statement that locks the decisions marks them already, and
 * cleaning goes by what it wrote (cleaning).
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DecisionMarksTest {
    private static final long DIGEST = 5;

    private final TwoCells cells = new TwoCells();
    private final DecisionContribution decisions = new DecisionContribution();

    @BeforeEach
    void reset() {
        cells.reset();
    }

    @AfterAll
    void close() {
        cells.close();
    }

    @Test
    void aDecisionIsFinishedOnceEveryBranchOfItsListIsMarkedAndNotBefore() {
        TraceNumber trace = decided(2);

        assertThat(mark(new Mark(trace, 1, DIGEST, 0b01)).isAccepted()).isTrue();
        assertThat(find(trace).acknowledged()).isEqualTo(0b01);
        assertThat(find(trace).finishedAt()).isZero();

        assertThat(mark(new Mark(trace, 1, DIGEST, 0b110)).isAccepted()).isTrue();
        assertThat(find(trace).acknowledged()).isEqualTo(0b11);
        long finished = find(trace).finishedAt();
        assertThat(finished).isPositive();

        assertThat(mark(new Mark(trace, 1, DIGEST, 0b01)).isAccepted()).isTrue();
        assertThat(find(trace).finishedAt()).as("once for all").isEqualTo(finished);
    }

    @Test
    void marksOfOneDecisionThatComeTogetherAreAllTaken() {
        TraceNumber trace = decided(2);
        TraceNumber other = decided(1);

        List<Answer> both =
                together(
                        work(Optional.empty(), new Mark(trace, 1, DIGEST, 0b01)),
                        work(
                                Optional.empty(),
                                new Mark(other, 1, DIGEST, 0b1),
                                new Mark(trace, 1, DIGEST, 0b10)));

        assertThat(both).allMatch(Answer::isAccepted);
        assertThat(find(trace).isFinished()).isTrue();
        assertThat(find(other).isFinished()).isTrue();
    }

    @Test
    void marksOfAnotherAttemptOrContentAreLeftAlone() {
        TraceNumber trace = decided(1);

        assertThat(mark(new Mark(trace, 2, DIGEST, 1)).isAccepted()).isTrue();
        assertThat(mark(new Mark(trace, 1, DIGEST + 1, 1)).isAccepted()).isTrue();
        assertThat(mark(new Mark(cells.trace(), 1, DIGEST, 1)).isAccepted()).isTrue();

        assertThat(find(trace).acknowledged()).isZero();
        assertThat(find(trace).finishedAt()).isZero();
    }

    @Test
    void whatTheFenceRefusesIsNotMarkedAndWhatCameWithItIs() {
        TraceNumber refused = decided(1);
        TraceNumber taken = decided(1);

        List<Answer> answers =
                together(
                        work(Optional.of(new Epoch(99)), new Mark(refused, 1, DIGEST, 1)),
                        work(Optional.empty(), new Mark(taken, 1, DIGEST, 1)));

        assertThat(answers)
                .extracting(Answer::code)
                .containsExactly(OutcomeCode.WRONG_CELL, OutcomeCode.ACCEPTED);
        assertThat(find(refused).acknowledged()).isZero();
        assertThat(find(taken).isFinished()).isTrue();
    }

    @Test
    void theSameMarkTwiceDoesNotHideThatAnotherWasRefused() {
        TraceNumber twice = decided(1);
        TraceNumber refused = decided(1);
        Mark mark = new Mark(twice, 1, DIGEST, 1);

        List<Answer> answers =
                together(
                        work(Optional.empty(), mark),
                        work(Optional.empty(), mark),
                        work(Optional.of(new Epoch(99)), new Mark(refused, 1, DIGEST, 1)));

        assertThat(answers)
                .extracting(Answer::code)
                .containsExactly(
                        OutcomeCode.ACCEPTED, OutcomeCode.ACCEPTED, OutcomeCode.WRONG_CELL);
        assertThat(find(twice).isFinished()).isTrue();
        assertThat(find(refused).acknowledged()).isZero();
    }

    @Test
    void whoLooksBesideAMarkSeesItsDecision() {
        TraceNumber trace = decided(1);

        List<Answer> both =
                together(
                        work(Optional.empty(), new Mark(trace, 1, DIGEST, 1)),
                        work(new Look(trace), Optional.empty()));

        assertThat(both).allMatch(Answer::isAccepted);
        assertThat(find(trace).isFinished()).isTrue();
    }

    /** The index of unfinished decisions is full of those that were unfinished once. */
    @Test
    void decisionsAreMarkedByTheirKeysByThePlanOfAnEmptyTable() throws SQLException {
        List<String> plan = new ArrayList<>();
        try (Connection connection = cells.payer.database.pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "set plan_cache_mode = force_generic_plan; set enable_seqscan = off;"
                            + " set enable_hashjoin = off; set enable_mergejoin = off;"
                            + " set enable_bitmapscan = off");
            String sql = TransactionSql.MARK_DECISIONS;
            for (int i = 1; i <= 5; i++) {
                sql = sql.replaceFirst("\\?::", "\\$" + i + "::");
            }
            statement.execute(
                    "prepare marking (bigint[], bigint[], int[], bigint[], bigint[]) as " + sql);
            try (ResultSet row =
                    statement.executeQuery(
                            "explain execute marking ('{1}', '{1}', '{1}', '{1}', '{1}')")) {
                while (row.next()) {
                    plan.add(row.getString(1));
                }
            }
            statement.execute("discard all");
        }
        assertThat(plan).anyMatch(line -> line.contains("using decision_pkey"));
        assertThat(plan).noneMatch(line -> line.contains("decision_unfinished"));
    }

    private TraceNumber decided(int branches) {
        TraceNumber trace = cells.trace();
        List<BranchSpec> list = new ArrayList<>();
        for (int i = 1; i <= branches; i++) {
            list.add(new BranchSpec(i, TwoCells.AWAY, "purse", Content.EMPTY, DIGEST));
        }
        Decide decide =
                new Decide(
                        trace,
                        1,
                        DIGEST,
                        Clock.system().now().plusSeconds(60).toEpochMilli(),
                        TwoCells.DAY,
                        list,
                        Content.EMPTY);
        assertThat(together(work(decide, Optional.empty())).getFirst().isAccepted()).isTrue();
        return trace;
    }

    private Answer mark(Mark mark) {
        return together(work(Optional.empty(), mark)).getFirst();
    }

    private Decision find(TraceNumber trace) {
        Answer answer = together(work(new Look(trace), Optional.empty())).getFirst();
        return (Decision) requireNonNull(answer.value());
    }

    private List<Answer> together(Work... works) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (Work each : works) {
            answers.add(cells.payer.commits.submit(each));
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private Work work(Optional<Epoch> epoch, Mark... marks) {
        return work(new Acknowledge(List.of(marks)), epoch);
    }

    private Work work(DecisionCommand command, Optional<Epoch> epoch) {
        return new Work(
                List.of(new Claim(TwoCells.HOME, WorkKind.CONFIRM, epoch)),
                List.of(new Part<>(decisions, command)),
                Lane.FINISHING,
                Deadline.after(Duration.ofSeconds(30), Clock.system()));
    }
}

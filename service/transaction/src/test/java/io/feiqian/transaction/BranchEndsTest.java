package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.BranchStep;
import io.feiqian.participant.Content;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Outcome;
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
 * Branches on a real database: the statement that locks them ends them already, and nobody may see
 * that of one whose end was not to be.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BranchEndsTest {
    private static final long DIGEST = 5;

    private final TwoCells cells = new TwoCells();
    private final BranchContribution branches = new BranchContribution();

    @BeforeEach
    void reset() {
        cells.reset();
    }

    @AfterAll
    void close() {
        cells.close();
    }

    @Test
    void aConfirmThatMeansSomethingElseLeavesTheBranchToTheRightOne() {
        TraceNumber trace = cells.trace();
        assertThat(run(BranchStep.TRY, branch(trace, 1, DIGEST)).isAccepted()).isTrue();
        assertThat(run(BranchStep.TRY, branch(trace, 2, DIGEST)).isAccepted()).isTrue();

        List<Answer> answers =
                together(
                        work(BranchStep.CONFIRM, branch(trace, 1, 6), Optional.empty()),
                        work(BranchStep.CONFIRM, branch(trace, 2, DIGEST), Optional.empty()));

        assertThat(answers)
                .extracting(Answer::code)
                .containsExactly(OutcomeCode.CONTRADICTION, OutcomeCode.ACCEPTED);
        assertThat(state(1)).isEqualTo(BranchState.TRIED);
        assertThat(state(2)).isEqualTo(BranchState.CONFIRMED);
        assertThat(run(BranchStep.CANCEL, branch(trace, 1, DIGEST)).isAccepted()).isTrue();
        assertThat(state(1)).isEqualTo(BranchState.CANCELLED);
    }

    @Test
    void whatTheFenceRefusesIsNotEnded() {
        TraceNumber trace = cells.trace();
        assertThat(run(BranchStep.TRY, branch(trace, 1, DIGEST)).isAccepted()).isTrue();

        Answer refused =
                together(
                                work(
                                        BranchStep.CONFIRM,
                                        branch(trace, 1, DIGEST),
                                        Optional.of(new Epoch(99))))
                        .getFirst();

        assertThat(refused.code()).isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(state(1)).isEqualTo(BranchState.TRIED);
    }

    @Test
    void repetitionsAndContradictionsAreToldFromTheRow() {
        TraceNumber trace = cells.trace();
        assertThat(run(BranchStep.CONFIRM, branch(trace, 1, DIGEST)).code())
                .isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION);
        assertThat(run(BranchStep.TRY, branch(trace, 1, DIGEST)).isAccepted()).isTrue();

        List<Answer> both =
                together(
                        work(BranchStep.CONFIRM, branch(trace, 1, DIGEST), Optional.empty()),
                        work(BranchStep.CANCEL, branch(trace, 1, DIGEST), Optional.empty()),
                        work(BranchStep.CONFIRM, branch(trace, 1, DIGEST), Optional.empty()));

        assertThat(both)
                .extracting(Answer::code)
                .containsExactly(
                        OutcomeCode.ACCEPTED, OutcomeCode.CONTRADICTION, OutcomeCode.ACCEPTED);
        assertThat(both.getLast().recorded()).isTrue();
        assertThat(state(1)).isEqualTo(BranchState.CONFIRMED);
        assertThat(run(BranchStep.CONFIRM, branch(trace, 1, DIGEST)).recorded()).isTrue();
    }

    /** The index of tried branches is full of those that were tried once. */
    @Test
    void branchesAreEndedByTheirKeysByThePlanOfAnEmptyTable() throws SQLException {
        List<String> plan = new ArrayList<>();
        try (Connection connection = cells.payee.database.pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "set plan_cache_mode = force_generic_plan; set enable_seqscan = off;"
                            + " set enable_hashjoin = off; set enable_mergejoin = off;"
                            + " set enable_bitmapscan = off");
            String types = "bigint[], bigint[], int[], int[], int[]";
            String sql = TransactionSql.END_BRANCHES.replaceAll("\\?::\\w+\\[]", "%s");
            statement.execute(
                    "prepare ending ("
                            + types
                            + ") as "
                            + sql.formatted("$1", "$2", "$3", "$4", "$5"));
            try (ResultSet row =
                    statement.executeQuery(
                            "explain execute ending ('{1}', '{1}', '{1}', '{1}', '{2}')")) {
                while (row.next()) {
                    plan.add(row.getString(1));
                }
            }
            statement.execute("discard all");
        }
        assertThat(plan).anyMatch(line -> line.contains("using branch_pkey"));
        assertThat(plan).noneMatch(line -> line.contains("branch_tried"));
    }

    private Answer run(BranchStep step, Branch branch) {
        return together(work(step, branch, Optional.empty())).getFirst();
    }

    private List<Answer> together(Work... works) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (Work each : works) {
            answers.add(cells.payee.commits.submit(each));
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private Work work(BranchStep step, Branch branch, Optional<Epoch> epoch) {
        return new Work(
                List.of(new Claim(TwoCells.AWAY, WorkKind.CONFIRM, epoch)),
                List.of(
                        new Part<>(branches, BranchCommand.guard(step, branch)),
                        new Part<>(branches, BranchCommand.record(step, branch))),
                Lane.FINISHING,
                Deadline.after(Duration.ofSeconds(30), Clock.system()));
    }

    private static Branch branch(TraceNumber trace, int number, long digest) {
        return new Branch(
                new BranchKey(trace, 1, number),
                BranchState.TRIED,
                TwoCells.AWAY,
                TwoCells.PAYER,
                DIGEST,
                digest,
                "purse",
                Content.EMPTY,
                Clock.system().now().plusSeconds(60).toEpochMilli(),
                TwoCells.DAY,
                Outcome.accepted(),
                0);
    }

    private BranchState state(int number) {
        return BranchState.ofNumber(
                (int) cells.payee.number("select state from branch where branch = " + number));
    }
}

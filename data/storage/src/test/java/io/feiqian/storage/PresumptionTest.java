package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody is told anything on a presumption: neither by who presumed, nor by who stands behind. */
@Timeout(180)
final class PresumptionTest {
    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void whatIsOnRecordIsAnsweredBeforeAPartBehindItMayRefuse() {
        try (TestCell cell = TestCell.over(postgres.database())) {
            // The first transaction only learns which slots the cell owns.
            cell.add(1, 1, 5);
            Work repeated =
                    new Work(
                            List.of(Claim.of(TestCell.SLOT, WorkKind.NEW_WORK)),
                            List.of(
                                    new Part<>(new Judge("done", Judge::onRecord), 1),
                                    new Part<>(new Judge("shut", _ -> Judge.REFUSAL), 1)),
                            Lane.NEW,
                            TestCell.soon());

            Answer answer = cell.commits.submit(repeated).join();

            assertThat(answer.isAccepted()).as(answer.outcome().message()).isTrue();
            assertThat(answer.recorded()).isTrue();
        }
    }

    private interface Verdict {
        Contribution.Check of(CommitContext context);
    }

    /** A contribution that has an opinion of every command and writes nothing. */
    private record Judge(String name, Verdict verdict) implements Contribution<Integer> {
        static final Check REFUSAL =
                new Check.Ended(Answer.refused(OutcomeCode.DAY_CLOSED, "day: closed"));

        /** On record, but for those who do not look. */
        static Check onRecord(CommitContext context) {
            return context.presumesNew()
                    ? Check.FRESH
                    : new Check.Ended(Answer.accepted().asRecorded());
        }

        @Override
        public int order() {
            return 900;
        }

        @Override
        public Batch<Integer> open(CommitContext context) {
            return new Batch<>() {
                @Override
                public void add(Integer command) {}

                @Override
                public void lock(Statements statements) {}

                @Override
                public void read(Statements statements) {}

                @Override
                public Check check(Integer command) {
                    return verdict.of(context);
                }

                @Override
                public Answer apply(Integer command, Answer soFar) {
                    return soFar;
                }

                @Override
                public void write(Statements statements) {}
            };
        }
    }
}

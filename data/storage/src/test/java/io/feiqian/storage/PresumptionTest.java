package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** As where a work first met a lock, and then a row that came meanwhile. */
    @Test
    void aKeyThatIsThereIsLookedUpAlsoAfterAnotherFault() {
        try (TestCell cell = TestCell.over(postgres.database())) {
            cell.add(2, 1, 5);
            cell.run("create table if not exists once (id int primary key)");
            cell.run("insert into once values (1) on conflict do nothing");
            Stumbling stumbling = new Stumbling();
            Work work =
                    new Work(
                            List.of(Claim.of(TestCell.SLOT, WorkKind.NEW_WORK)),
                            List.of(new Part<>(stumbling, 1)),
                            Lane.NEW,
                            TestCell.soon());

            Answer answer = cell.commits.submit(work).join();

            assertThat(answer.isAccepted()).as(answer.outcome().message()).isTrue();
            assertThat(stumbling.tries.get()).isEqualTo(3);
            assertThat(cell.alarms).isEmpty();
        }
    }

    /** Meets a conflict first, then a key that is there, and then nothing. */
    private static final class Stumbling implements Contribution<Integer> {
        private final AtomicInteger tries = new AtomicInteger();

        @Override
        public String name() {
            return "stumbling";
        }

        @Override
        public int order() {
            return 900;
        }

        @Override
        public Batch<Integer> open(CommitContext context) {
            int number = tries.incrementAndGet();
            return new Batch<>() {
                @Override
                public void add(Integer command) {}

                @Override
                public void lock(Statements statements) {}

                @Override
                public void read(Statements statements) {}

                @Override
                public Check check(Integer command) {
                    return Check.FRESH;
                }

                @Override
                public Answer apply(Integer command, Answer soFar) {
                    return soFar;
                }

                @Override
                public void write(Statements statements) {
                    if (number == 1) {
                        statements.update(
                                "do $$ begin raise exception 'conflict' using errcode = '40001';"
                                        + " end $$",
                                parameters -> {},
                                0);
                    } else if (number == 2) {
                        statements.update("insert into once values (1)", parameters -> {}, 1);
                    }
                }
            };
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

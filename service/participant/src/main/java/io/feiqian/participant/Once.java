package io.feiqian.participant;

import io.feiqian.participant.Dialect.Cleaning;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Idempotence for everybody (幂等): a call that comes again is answered what the first call was
 * answered, by a row that the business's own commit wrote, keyed by trace number and sub-number.
 * Refusals for business reasons are recorded like acceptances.
 *
 * <p>Thread-safe. Needs no transaction of others, only the table {@code feiqian_answer} ({@link
 * ServiceSetup#tables}) in the database of the business. Rows: D7.3-a, M6.5-1 to 3.
 */
public final class Once {
    private static final String INSERT =
            "insert into feiqian_answer (trace_head, trace_serial, sub, digest, outcome, message,"
                    + " answer, answered_at) values (?, ?, ?, ?, ?, ?, ?, {now})";

    private static final String FIND =
            "select digest, outcome, message, answer from feiqian_answer"
                    + " where trace_serial = ? and trace_head = ? and sub = ?";

    private static final Cleaning OLD =
            new Cleaning(
                    "feiqian_answer",
                    List.of("trace_serial", "trace_head", "sub"),
                    "answered_at",
                    "sub >= 0");

    /** What is said in the dialect of the database. */
    private record Said(Dialect dialect, String insertAndCommit) {
        static Said in(Dialect dialect) {
            return new Said(dialect, dialect.committing(dialect.timed(INSERT)));
        }
    }

    private final DataSource database;
    private final RecordedWork work;
    private final TraceWindow kept;

    /** Found out by the first who asks; whoever asks at the same time finds the same. */
    private volatile @Nullable Said said;

    private Once(DataSource database, RecordedWork work, TraceWindow kept) {
        this.database = database;
        this.work = work;
        this.kept = kept;
    }

    /** Calls that are answered once, in a service's own database. */
    public static Once over(DataSource database) {
        return over(database, TransactionSettings.DEFAULT, Clock.system());
    }

    /** The same with other bounds and another clock. */
    public static Once over(DataSource database, TransactionSettings settings, Clock clock) {
        return new Once(
                database,
                new RecordedWork(database, settings, clock),
                new TraceWindow(settings.keepDecided(), clock));
    }

    /**
     * Does the work and records its answer in one commit, or answers what is recorded.
     *
     * @param request what is asked for: the same key with another is refused
     * @param within how long the work may take to its commit
     * @return unknown only where the commit's answer was lost: the same call again finds the truth;
     *     {@link OutcomeCode#TRACE_EXPIRED} where nothing is on record and the trace number is
     *     older than repetitions are recognised
     * @throws SQLException where the work failed; nothing of it remains
     */
    public BranchAnswer answer(
            TraceNumber trace, SubNumber sub, Content request, Duration within, BranchWork business)
            throws SQLException {
        return work.run(within, new Row(trace, sub, request.digest()), business);
    }

    /**
     * An interface whose every method is {@link Idempotent}, answered once. Thread-safe where the
     * business is, which is made anew for each call that is to be done.
     *
     * @param type the interface
     * @param business what does the work, over the connection whose commit records the answer: what
     *     would end its transaction is refused
     * @throws IllegalArgumentException where a method is not marked, or takes or answers what
     *     cannot be recorded
     */
    public <T> T answering(Class<T> type, Function<Connection, ? extends T> business) {
        return AnsweredOnce.of(this, type, business);
    }

    /**
     * Deletes answers that were given so long ago, a small batch at a time. Those whose trace
     * number is recognised ({@link TransactionSettings#recognised}), or was ten days ago, stay
     * however long ago they were given: a repetition would find nothing and be done again
     * (cleaning).
     *
     * @return how many
     */
    public int clean(Duration age, int batch) throws SQLException {
        try (Connection connection = database.getConnection()) {
            Dialect dialect = said(connection).dialect();
            int deleted =
                    dialect.clean(
                            connection, OLD.datedBelow(kept.oldestHead()), age.toMillis(), batch);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            return deleted;
        }
    }

    private Said said(Connection connection) throws SQLException {
        Said known = said;
        if (known == null) {
            known = Said.in(Dialect.of(connection));
            said = known;
        }
        return known;
    }

    private final class Row implements RecordedWork.Row {
        private final TraceNumber trace;
        private final SubNumber sub;
        private final long digest;

        Row(TraceNumber trace, SubNumber sub, long digest) {
            this.trace = trace;
            this.sub = sub;
            this.digest = digest;
        }

        @Override
        public TraceNumber trace() {
            return trace;
        }

        @Override
        public Connection begin(Connection connection, Deadline deadline) throws SQLException {
            said(connection).dialect().beginWork(connection);
            return connection;
        }

        @Override
        public void worked(Connection connection) throws SQLException {
            said(connection).dialect().endWork(connection);
        }

        @Override
        public Optional<SQLWarning> commit(
                Connection connection, Outcome outcome, Content answer, Deadline deadline)
                throws SQLException {
            Said in = said(connection);
            try (PreparedStatement insert = connection.prepareStatement(in.insertAndCommit())) {
                insert.setLong(1, trace.head());
                insert.setLong(2, trace.serial());
                insert.setInt(3, sub.number());
                insert.setLong(4, digest);
                insert.setInt(5, outcome.code().number());
                insert.setString(6, Texts.fit(outcome.message()));
                insert.setBytes(7, answer.bytes());
                insert.execute();
                return in.dialect().commitWarning(insert);
            }
        }

        @Override
        public Optional<BranchAnswer> find(Connection connection) throws SQLException {
            try (PreparedStatement find = connection.prepareStatement(FIND)) {
                find.setLong(1, trace.serial());
                find.setLong(2, trace.head());
                find.setInt(3, sub.number());
                try (ResultSet row = find.executeQuery()) {
                    return row.next() ? Optional.of(recorded(row)) : Optional.empty();
                }
            }
        }

        private BranchAnswer recorded(ResultSet row) throws SQLException {
            if (row.getLong(1) != digest) {
                return BranchAnswer.refused(
                        OutcomeCode.TRACE_CONTENT_DIFFERS,
                        "call: %s/%s was answered for other content (expected: the same)"
                                .formatted(trace, sub));
            }
            Outcome outcome = Outcome.of(OutcomeCode.ofNumber(row.getInt(2)), row.getString(3));
            return new BranchAnswer(outcome, Content.of(row.getBytes(4)), true);
        }
    }
}

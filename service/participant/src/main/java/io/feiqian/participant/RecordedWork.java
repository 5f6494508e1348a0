package io.feiqian.participant;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * A service's own statements and the row that records them, in one local commit. The row is the
 * last thing written: its unique key proves that the work is new, so ordinary work pays one
 * statement, in the round trip of its commit, and no look beforehand. Where the key is there
 * already, everything is rolled back and the row answers. Thread-safe.
 */
final class RecordedWork {
    /** The row that records one work. */
    interface Row {
        /** The number of the transaction that it belongs to. */
        TraceNumber trace();

        /**
         * Begins its transaction, where that needs more than the first statement.
         *
         * @return the connection to work on
         */
        default Connection begin(Connection connection, Deadline deadline) throws SQLException {
            return connection;
        }

        /** Makes sure that the work left its transaction open. */
        default void worked(Connection connection) throws SQLException {}

        /**
         * Writes it, with what the work came to.
         *
         * @return a warning that came with the commit
         */
        Optional<SQLWarning> commit(
                Connection connection, Outcome outcome, Content answer, Deadline deadline)
                throws SQLException;

        /** What is recorded under its key. */
        Optional<BranchAnswer> find(Connection connection) throws SQLException;
    }

    private final DataSource database;
    private final int mostContent;
    private final TraceWindow recognised;
    private final Clock clock;

    RecordedWork(DataSource database, TransactionSettings settings, Clock clock) {
        this.database = database;
        this.mostContent = settings.mostContent();
        this.recognised = new TraceWindow(settings.recognised(), clock);
        this.clock = clock;
    }

    /**
     * Runs the work on its caller's thread. Under a trace number whose rows may have been deleted
     * nothing is done; what is on record of it all the same is answered.
     *
     * @throws SQLException where the work failed; nothing of it remains
     */
    BranchAnswer run(Duration within, Row row, BranchWork work) throws SQLException {
        Deadline deadline = Deadline.after(within, clock);
        if (deadline.isExpired()) {
            return late();
        }
        Optional<Outcome.Refused> expired = recognised.refusal(row.trace());
        if (expired.isPresent()) {
            return recordedOr(expired.get(), row);
        }
        try (Connection pooled = database.getConnection()) {
            pooled.setAutoCommit(false);
            Connection connection;
            try {
                connection = row.begin(pooled, deadline);
            } catch (SQLException failed) {
                if (DatabaseErrors.isContention(failed)) {
                    return overloaded(failed);
                }
                throw failed;
            }
            boolean over = false;
            try {
                BranchAnswer answer = run(connection, deadline, row, work);
                over = true;
                return answer;
            } finally {
                if (!over) {
                    boolean unused = rollBack(connection);
                }
            }
        }
    }

    private BranchAnswer recordedOr(Outcome.Refused expired, Row row) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            return known(connection, row)
                    .orElseGet(() -> new BranchAnswer(expired, Content.EMPTY, false));
        }
    }

    /** Refuses content that is longer than a row takes. */
    Optional<BranchAnswer> tooLarge(Content content) {
        return content.size() <= mostContent
                ? Optional.empty()
                : Optional.of(
                        BranchAnswer.refused(
                                OutcomeCode.TRANSACTION_TOO_LARGE,
                                "content: %d bytes (expected: at most %d)"
                                        .formatted(content.size(), mostContent)));
    }

    private BranchAnswer run(Connection connection, Deadline deadline, Row row, BranchWork work)
            throws SQLException {
        Content answer;
        try {
            answer = work.run(LentConnection.of(connection));
            row.worked(connection);
        } catch (RefusedException refused) {
            connection.rollback();
            return refused(connection, deadline, row, refused.outcome());
        } catch (SQLException | RuntimeException failed) {
            Optional<BranchAnswer> known = knownAfter(failed, connection, row);
            if (known.isPresent()) {
                return known.get();
            }
            if (failed instanceof SQLException sql && DatabaseErrors.isContention(sql)) {
                return overloaded(sql);
            }
            throw failed;
        }
        Optional<BranchAnswer> tooLarge = tooLarge(answer);
        if (tooLarge.isPresent() || deadline.isExpired()) {
            connection.rollback();
            return tooLarge.orElseGet(RecordedWork::late);
        }
        return commit(connection, deadline, row, Outcome.accepted(), answer);
    }

    /** What is refused may have been done by the first call of the same key: its row knows. */
    private static BranchAnswer refused(
            Connection connection, Deadline deadline, Row row, Outcome.Refused refused)
            throws SQLException {
        Optional<BranchAnswer> known = known(connection, row);
        if (known.isPresent()) {
            return known.get();
        }
        if (!refused.code().isFinal()) {
            return new BranchAnswer(refused, Content.EMPTY, false);
        }
        return commit(connection, deadline, row, refused, Content.EMPTY);
    }

    private static BranchAnswer commit(
            Connection connection, Deadline deadline, Row row, Outcome outcome, Content answer)
            throws SQLException {
        Optional<SQLWarning> warning;
        try {
            warning = row.commit(connection, outcome, answer, deadline);
            connection.commit();
        } catch (SQLException failed) {
            if (DatabaseErrors.isLost(failed)) {
                // What the session may still hold goes; what was committed stays.
                boolean unused = rollBack(connection);
                return BranchAnswer.unknown("commit: sent, and its answer was lost; ask again");
            }
            connection.rollback();
            Optional<BranchAnswer> known = known(connection, row);
            if (known.isEmpty() && !DatabaseErrors.isContention(failed)) {
                throw failed;
            }
            return known.orElseGet(() -> overloaded(failed));
        }
        return warning.isPresent()
                ? BranchAnswer.unknown("commit: not confirmed by every copy of the database")
                : new BranchAnswer(outcome, answer, false);
    }

    private static Optional<BranchAnswer> known(Connection connection, Row row)
            throws SQLException {
        Optional<BranchAnswer> known = row.find(connection);
        connection.rollback();
        return known;
    }

    /** Work often fails because it was done before, such as by a unique key of its own. */
    private static Optional<BranchAnswer> knownAfter(
            Exception failed, Connection connection, Row row) {
        try {
            connection.rollback();
            return known(connection, row);
        } catch (SQLException lost) {
            failed.addSuppressed(lost);
            return Optional.empty();
        }
    }

    private static BranchAnswer overloaded(SQLException failed) {
        return BranchAnswer.refused(
                OutcomeCode.OVERLOADED,
                "rows: held by another, or no room (" + DatabaseErrors.text(failed) + ")");
    }

    private static BranchAnswer late() {
        return BranchAnswer.refused(
                OutcomeCode.DEADLINE_EXPIRED, "work: late (expected: by its deadline)");
    }

    private static boolean rollBack(Connection connection) {
        try {
            connection.rollback();
            return true;
        } catch (SQLException lost) {
            return false;
        }
    }
}

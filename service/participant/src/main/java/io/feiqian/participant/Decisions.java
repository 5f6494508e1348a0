package io.feiqian.participant;

import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The decisions of a service, under the unique key of the trace number. What a row says is found
 * out by trying to write it, never by a look alone. Thread-safe; runs on its caller's thread.
 */
final class Decisions {
    private static final int MOST_DEADLOCKS = 5;

    private final DataSource database;
    private final Dialect dialect;
    private final DecisionTable table;
    private final int mostContent;

    Decisions(DataSource database, Dialect dialect, TransactionSettings settings) {
        this.database = database;
        this.dialect = dialect;
        this.table = new DecisionTable(dialect);
        this.mostContent = settings.mostContent();
    }

    /**
     * What is on record now.
     *
     * @param row the row
     * @param written whether this call wrote it
     */
    record Recorded(DecisionRow row, boolean written) {}

    /**
     * Commits the own share and the decision, or finds what is on record of the trace number.
     *
     * @return empty where the commit was sent and its answer was lost
     * @throws RefusedException where the own share refuses; nothing was written then
     * @throws SQLException where nothing was written
     */
    Optional<Recorded> commit(DecisionRow proposed, Optional<BranchWork> own, Deadline deadline)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean over = false;
            try {
                DecisionRow row = withAnswer(connection, proposed, own);
                if (deadline.isExpired()) {
                    throw new RefusedException(
                            OutcomeCode.DEADLINE_EXPIRED,
                            "decision: late (expected: by its deadline)");
                }
                Optional<Recorded> recorded = write(connection, row);
                over = true;
                return recorded;
            } finally {
                if (!over) {
                    rollBack(connection);
                }
            }
        }
    }

    private DecisionRow withAnswer(
            Connection connection, DecisionRow proposed, Optional<BranchWork> own)
            throws SQLException {
        if (own.isEmpty()) {
            return proposed;
        }
        dialect.beginWork(connection);
        Content answer = own.get().run(LentConnection.of(connection));
        dialect.endWork(connection);
        if (answer.size() > mostContent) {
            throw new RefusedException(
                    OutcomeCode.TRANSACTION_TOO_LARGE,
                    "answer: %d bytes (expected: at most %d)"
                            .formatted(answer.size(), mostContent));
        }
        return new DecisionRow(
                proposed.trace(),
                proposed.attempt(),
                proposed.state(),
                proposed.digest(),
                proposed.businessDate(),
                proposed.branches(),
                proposed.outcome(),
                answer,
                proposed.acknowledged(),
                proposed.finished());
    }

    /** Empty where it is not known whether it was written. */
    private Optional<Recorded> write(Connection connection, DecisionRow row) throws SQLException {
        Optional<SQLWarning> warning = Optional.empty();
        try {
            if (row.attempt() == 1) {
                warning = table.insert(connection, row, true);
            } else if (!table.replace(connection, row)) {
                connection.rollback();
                return found(connection, row.trace());
            }
            DurableCommit.of(connection);
        } catch (SQLException failed) {
            if (DatabaseErrors.isLost(failed)) {
                // What the session may still hold goes; what was committed stays.
                rollBack(connection);
                return Optional.empty();
            }
            connection.rollback();
            if (DatabaseErrors.isDuplicate(failed)) {
                Optional<Recorded> there = found(connection, row.trace());
                if (there.isPresent()) {
                    return there;
                }
            }
            throw failed;
        }
        return warning.isPresent() ? Optional.empty() : Optional.of(new Recorded(row, true));
    }

    /**
     * The row's lock is a write, so its commit waits for every copy as the row's own should have.
     */
    private Optional<Recorded> found(Connection connection, TraceNumber trace) throws SQLException {
        Optional<DecisionRow> row = table.lock(connection, trace);
        DurableCommit.of(connection);
        return row.map(there -> new Recorded(there, false));
    }

    /**
     * Voids an attempt before anybody cancels a branch of it (abort-first), or finds that it was
     * decided. Waits for a commit under way whose answer was lost (unknown-commit).
     */
    Recorded voided(DecisionRow row) throws SQLException {
        for (int i = 1; ; i++) {
            try {
                return voidedOnce(row);
            } catch (SQLException failed) {
                // Who waited for a row that was rolled back may meet another who did, and lose.
                if (i == MOST_DEADLOCKS || !DatabaseErrors.isDeadlock(failed)) {
                    throw failed;
                }
            }
        }
    }

    private Recorded voidedOnce(DecisionRow row) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            // Replaced where a lower attempt is on record, inserted where nothing is; whoever
            // is quicker in between makes the other of the two fit.
            while (true) {
                if (table.replace(connection, row)) {
                    DurableCommit.of(connection);
                    return new Recorded(row, true);
                }
                connection.rollback();
                Optional<Recorded> there = found(connection, row.trace());
                if (there.isPresent() && isAnswer(there.get().row(), row)) {
                    return there.get();
                }
                if (there.isEmpty() && inserted(connection, row)) {
                    return new Recorded(row, true);
                }
            }
        }
    }

    private static boolean isAnswer(DecisionRow there, DecisionRow row) {
        return there.state().isFinal() || there.attempt() >= row.attempt();
    }

    private boolean inserted(Connection connection, DecisionRow row) throws SQLException {
        try {
            table.insert(connection, row, false);
            DurableCommit.of(connection);
            return true;
        } catch (SQLException failed) {
            connection.rollback();
            if (DatabaseErrors.isDuplicate(failed)) {
                return false;
            }
            throw failed;
        }
    }

    /**
     * Answers for a branch: of a trace number that nothing is recorded of, the answer plants the
     * row that a late decision meets.
     */
    Verdict answer(Inquiry inquiry) throws SQLException {
        BranchKey key = inquiry.key();
        DecisionRow tombstone =
                new DecisionRow(
                        key.trace(),
                        key.attempt(),
                        DecisionState.ABORTED,
                        0,
                        new BusinessDate(key.trace().date().date()),
                        List.of(),
                        Outcome.refused(OutcomeCode.ABORTED, "aborted by an inquiry of " + key),
                        Content.EMPTY,
                        0,
                        true);
        DecisionRow row = voided(tombstone).row();
        boolean listed =
                row.state() == DecisionState.COMMITTED
                        && row.attempt() == key.attempt()
                        && row.branches().stream()
                                .anyMatch(each ->
                                        each.branch() == key.branch()
                                                && each.digest() == inquiry.digest());
        if (!listed) {
            return Verdict.ABORT;
        }
        boolean open = row.open().stream().anyMatch(each -> each.branch() == key.branch());
        return open && !row.finished() ? Verdict.COMMIT : Verdict.ENDED;
    }

    Optional<DecisionRow> find(TraceNumber trace) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            Optional<DecisionRow> row = table.find(connection, trace);
            connection.rollback();
            return row;
        }
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException lost) {
            // The connection is gone, and its transaction with it.
            return;
        }
    }
}

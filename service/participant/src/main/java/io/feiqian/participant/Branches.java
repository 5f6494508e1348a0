package io.feiqian.participant;

import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Phase one at a participant: a service's own work and the branch's row in one local commit.
 *
 * <p>Thread-safe; every call runs on its caller's thread and connection. The row is the last thing
 * written: its unique key proves that the work is new, so an ordinary try pays one statement and no
 * look beforehand. Where the key is there already, everything is rolled back and the row answers:
 * the recorded answer of the first call, or the refusal of a try that its cancel overtook. Rows:
 * P6.3.2-a, D7.3-a.
 */
public final class Branches {
    private final DataSource database;
    private final ServiceActions actions;
    private final XaBranches xa;
    private final TransactionSettings settings;
    private final Clock clock;

    Branches(
            DataSource database,
            ServiceActions actions,
            XaBranches xa,
            TransactionSettings settings,
            Clock clock) {
        this.database = database;
        this.actions = actions;
        this.xa = xa;
        this.settings = settings;
        this.clock = clock;
    }

    /** Reserves by an action of the service. */
    public BranchAnswer tcc(BranchContext context, String action, Content content)
            throws SQLException {
        Optional<BranchAnswer> tooLarge = tooLarge(content);
        if (tooLarge.isPresent()) {
            return tooLarge.get();
        }
        TccAction tcc;
        try {
            tcc = actions.tcc(action);
        } catch (RefusedException unknown) {
            return answer(unknown);
        }
        Proposed proposed = new Proposed(context, BranchKind.TCC, action, content);
        BranchCall call = proposed.call();
        return attempt(proposed, connection -> tcc.attempt(connection, call));
    }

    /** Does what an action of the service can reverse. */
    public BranchAnswer reversible(BranchContext context, String action, Content content)
            throws SQLException {
        Optional<BranchAnswer> tooLarge = tooLarge(content);
        if (tooLarge.isPresent()) {
            return tooLarge.get();
        }
        ReversibleAction reversible;
        try {
            reversible = actions.reversible(action);
        } catch (RefusedException unknown) {
            return answer(unknown);
        }
        Proposed proposed = new Proposed(context, BranchKind.REVERSAL, action, content);
        BranchCall call = proposed.call();
        return attempt(proposed, connection -> reversible.forward(connection, call));
    }

    /** Runs ordinary statements, which are undone by their images where the transaction aborts. */
    public BranchAnswer sql(BranchContext context, BranchWork work) throws SQLException {
        StatementUndo undo;
        try {
            undo = actions.undo();
        } catch (RefusedException unknown) {
            return answer(unknown);
        }
        Proposed proposed = new Proposed(context, BranchKind.SQL, "sql", Content.EMPTY);
        return attempt(
                proposed, connection -> captured(undo.capture(connection, context.key()), work));
    }

    private static Content captured(StatementUndo.Capture capture, BranchWork work)
            throws SQLException {
        try {
            Content answer = work.run(capture.connection());
            capture.flush();
            return answer;
        } catch (SQLException failed) {
            Optional<Outcome.Refused> refusal = capture.refusal(failed);
            if (refusal.isPresent()) {
                throw new RefusedException(refusal.get().code(), refusal.get().message(), failed);
            }
            throw failed;
        }
    }

    /** Runs any statements in a transaction that the database keeps prepared. */
    public BranchAnswer xa(BranchContext context, BranchWork work) throws SQLException {
        Proposed proposed = new Proposed(context, BranchKind.XA, "xa", Content.EMPTY);
        return attempt(proposed, work);
    }

    private BranchAnswer attempt(Proposed proposed, BranchWork work) throws SQLException {
        Deadline deadline = Deadline.after(proposed.context.remaining(), clock);
        if (deadline.isExpired()) {
            return late();
        }
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean over = false;
            try {
                BranchAnswer answer = within(connection, proposed, work, deadline);
                over = true;
                return answer;
            } finally {
                if (!over) {
                    rollBack(connection);
                }
            }
        }
    }

    private BranchAnswer within(
            Connection connection, Proposed proposed, BranchWork work, Deadline deadline)
            throws SQLException {
        Content answer;
        try {
            answer = work.run(LentConnection.of(connection));
        } catch (RefusedException refused) {
            connection.rollback();
            return refused(connection, proposed, refused.outcome(), deadline);
        } catch (SQLException failed) {
            if (DatabaseErrors.isContention(failed) && rollBack(connection)) {
                return contended(connection, proposed, failed);
            }
            throw failed;
        }
        Optional<BranchAnswer> tooLarge = tooLarge(answer);
        if (tooLarge.isPresent() || deadline.isExpired()) {
            connection.rollback();
            return tooLarge.orElseGet(Branches::late);
        }
        return commit(connection, proposed, Outcome.accepted(), answer, deadline);
    }

    /**
     * Whether a refusal or a held row is only what the first call of the same key left: its row
     * knows better.
     */
    private BranchAnswer refused(
            Connection connection, Proposed proposed, Outcome.Refused refused, Deadline deadline)
            throws SQLException {
        Optional<BranchRow> found = BranchTable.find(connection, proposed.context.key());
        connection.rollback();
        if (found.isPresent()) {
            return recorded(found.get(), proposed);
        }
        if (!refused.code().isFinal()) {
            return new BranchAnswer(refused, Content.EMPTY, false);
        }
        return commit(connection, proposed, refused, Content.EMPTY, deadline);
    }

    private static BranchAnswer contended(
            Connection connection, Proposed proposed, SQLException failed) throws SQLException {
        Optional<BranchRow> found = BranchTable.find(connection, proposed.context.key());
        connection.rollback();
        return found.map(row -> recorded(row, proposed)).orElseGet(() -> overloaded(failed));
    }

    private static BranchAnswer overloaded(SQLException failed) {
        return BranchAnswer.refused(
                OutcomeCode.OVERLOADED,
                "rows: held by another, or no room (" + DatabaseErrors.text(failed) + ")");
    }

    private BranchAnswer commit(
            Connection connection,
            Proposed proposed,
            Outcome outcome,
            Content answer,
            Deadline deadline)
            throws SQLException {
        boolean prepares = proposed.kind == BranchKind.XA && outcome.isAccepted();
        BranchRow row = proposed.row(outcome, answer);
        long remaining = Math.max(deadline.remaining().toMillis(), 1);
        Optional<SQLWarning> warning;
        try {
            warning = BranchTable.insert(connection, row, remaining, !prepares);
            if (prepares) {
                xa.prepare(connection, proposed.context, deadline);
            }
            connection.commit();
        } catch (SQLException failed) {
            if (DatabaseErrors.isLost(failed)) {
                return BranchAnswer.unknown("commit: sent, and its answer was lost; ask again");
            }
            connection.rollback();
            Optional<BranchAnswer> known = known(connection, proposed);
            if (known.isEmpty() && !DatabaseErrors.isContention(failed)) {
                throw failed;
            }
            return known.orElseGet(() -> overloaded(failed));
        }
        return warning.isPresent()
                ? BranchAnswer.unknown("commit: not confirmed by every copy of the database")
                : new BranchAnswer(outcome, answer, false);
    }

    private static Optional<BranchAnswer> known(Connection connection, Proposed proposed)
            throws SQLException {
        Optional<BranchRow> found = BranchTable.find(connection, proposed.context.key());
        connection.rollback();
        return found.map(row -> recorded(row, proposed));
    }

    private static BranchAnswer recorded(BranchRow row, Proposed proposed) {
        if (row.digest() != proposed.context.digest()
                || !row.initiator().equals(proposed.context.initiator())) {
            return BranchAnswer.refused(
                    OutcomeCode.TRACE_CONTENT_DIFFERS,
                    "branch: " + row.key() + " has other content (expected: the same)");
        }
        if (row.state() == BranchState.CANCELLED) {
            return BranchAnswer.refused(
                    OutcomeCode.BRANCH_CANCELLED,
                    "branch: " + row.key() + " (expected: a try before its cancel)");
        }
        return row.recordedAnswer();
    }

    private Optional<BranchAnswer> tooLarge(Content content) {
        return content.size() <= settings.mostContent()
                ? Optional.empty()
                : Optional.of(
                        BranchAnswer.refused(
                                OutcomeCode.TRANSACTION_TOO_LARGE,
                                "content: %d bytes (expected: at most %d)"
                                        .formatted(content.size(), settings.mostContent())));
    }

    private static BranchAnswer late() {
        return BranchAnswer.refused(
                OutcomeCode.DEADLINE_EXPIRED, "try: late (expected: by the decision's deadline)");
    }

    private static BranchAnswer answer(RefusedException refused) {
        return new BranchAnswer(refused.outcome(), Content.EMPTY, false);
    }

    private static boolean rollBack(Connection connection) {
        try {
            connection.rollback();
            return true;
        } catch (SQLException lost) {
            return false;
        }
    }

    /** A branch as its call describes it. */
    private static final class Proposed {
        private final BranchContext context;
        private final BranchKind kind;
        private final String action;
        private final Content content;

        Proposed(BranchContext context, BranchKind kind, String action, Content content) {
            this.context = context;
            this.kind = kind;
            this.action = action;
            this.content = content;
        }

        BranchCall call() {
            return new BranchCall(context.key(), action, content, context.businessDate());
        }

        /** A row of the XA kind is seen only once its transaction is committed, hence confirmed. */
        BranchRow row(Outcome outcome, Content answer) {
            BranchState accepted =
                    kind == BranchKind.XA ? BranchState.CONFIRMED : BranchState.TRIED;
            return new BranchRow(
                    context.key(),
                    kind,
                    outcome.isAccepted() ? accepted : BranchState.REFUSED,
                    context.initiator(),
                    context.digest(),
                    context.businessDate(),
                    action,
                    content,
                    outcome,
                    answer,
                    0);
        }
    }
}

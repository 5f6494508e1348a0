package io.feiqian.participant;

import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Optional;

/**
 * Phase one at a participant: a service's own work and the branch's row in one local commit.
 *
 * <p>Thread-safe; every call runs on its caller's thread. A call that comes again is answered what
 * the first was answered; a try that its cancel overtook is refused, and so is one under a trace
 * number so old that the first's row may have been deleted. An exception of the work is thrown on,
 * and nothing of the work remains. Rows: P6.3.2-a, D7.3-a.
 */
public final class Branches {
    private final RecordedWork work;
    private final Dialect dialect;
    private final BranchTable table;
    private final ServiceActions actions;
    private final XaBranches xa;

    Branches(RecordedWork work, Dialect dialect, ServiceActions actions, XaBranches xa) {
        this.work = work;
        this.dialect = dialect;
        this.table = new BranchTable(dialect);
        this.actions = actions;
        this.xa = xa;
    }

    /** Reserves by an action of the service. */
    public BranchAnswer tcc(BranchContext context, String action, Content content)
            throws SQLException {
        TccAction tcc;
        try {
            tcc = actions.tcc(action);
        } catch (RefusedException unknown) {
            return answer(unknown);
        }
        Proposed proposed = new Proposed(context, BranchKind.TCC, action, content);
        return attempt(proposed, connection -> tcc.attempt(connection, proposed.call()));
    }

    /** Does what an action of the service can reverse. */
    public BranchAnswer reversible(BranchContext context, String action, Content content)
            throws SQLException {
        ReversibleAction reversible;
        try {
            reversible = actions.reversible(action);
        } catch (RefusedException unknown) {
            return answer(unknown);
        }
        Proposed proposed = new Proposed(context, BranchKind.REVERSAL, action, content);
        return attempt(proposed, connection -> reversible.forward(connection, proposed.call()));
    }

    /** Runs ordinary statements, which are undone by their images where the transaction aborts. */
    public BranchAnswer sql(BranchContext context, BranchWork statements) throws SQLException {
        StatementUndo undo;
        try {
            undo = actions.undo();
        } catch (RefusedException unknown) {
            return answer(unknown);
        }
        return attempt(
                new Proposed(context, BranchKind.SQL, "sql", Content.EMPTY),
                connection -> captured(undo.capture(connection, context.key()), statements));
    }

    private static Content captured(StatementUndo.Capture capture, BranchWork statements)
            throws SQLException {
        try {
            Content answer = statements.run(capture.connection());
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
    public BranchAnswer xa(BranchContext context, BranchWork statements) throws SQLException {
        return attempt(new Proposed(context, BranchKind.XA, "xa", Content.EMPTY), statements);
    }

    private BranchAnswer attempt(Proposed proposed, BranchWork statements) throws SQLException {
        Optional<BranchAnswer> tooLarge = work.tooLarge(proposed.content);
        return tooLarge.isPresent()
                ? tooLarge.get()
                : work.run(proposed.context.remaining(), proposed, statements);
    }

    private static BranchAnswer answer(RefusedException refused) {
        return new BranchAnswer(refused.outcome(), Content.EMPTY, false);
    }

    /** A branch as its call describes it. */
    private final class Proposed implements RecordedWork.Row {
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

        @Override
        public TraceNumber trace() {
            return context.key().trace();
        }

        @Override
        public Connection begin(Connection connection, Deadline deadline) throws SQLException {
            if (kind == BranchKind.XA) {
                return xa.begin(connection, context, deadline);
            }
            dialect.beginWork(connection);
            return connection;
        }

        /** An XA transaction that the database ended cannot be prepared. */
        @Override
        public void worked(Connection connection) throws SQLException {
            if (kind != BranchKind.XA) {
                dialect.endWork(connection);
            }
        }

        @Override
        public Optional<SQLWarning> commit(
                Connection connection, Outcome outcome, Content answer, Deadline deadline)
                throws SQLException {
            boolean prepares = kind == BranchKind.XA && outcome.isAccepted();
            long remaining = Math.max(deadline.remaining().toMillis(), 1);
            Optional<SQLWarning> warning =
                    table.insert(connection, row(outcome, answer), remaining, !prepares);
            if (prepares) {
                xa.prepare(connection, context, deadline);
            }
            return warning;
        }

        @Override
        public Optional<BranchAnswer> find(Connection connection) throws SQLException {
            return table.find(connection, context.key()).map(this::recorded);
        }

        private BranchAnswer recorded(BranchRow row) {
            if (row.digest() != context.digest() || !row.initiator().equals(context.initiator())) {
                return BranchAnswer.refused(
                        OutcomeCode.TRACE_CONTENT_DIFFERS,
                        "branch: " + row.key() + " has other content (expected: the same)");
            }
            if (row.state() == BranchState.CANCELLED) {
                return BranchAnswer.refused(
                        OutcomeCode.BRANCH_CANCELLED,
                        "branch: " + row.key() + " (expected: a try before its cancel)");
            }
            boolean same =
                    row.kind() == kind
                            && row.action().equals(action)
                            && row.content().equals(content);
            if (!same) {
                // What the first use of the context was answered is no answer to this one.
                return BranchAnswer.refused(
                        OutcomeCode.TRACE_CONTENT_DIFFERS,
                        "branch: %s was used for another %s (expected: a context of its own)"
                                .formatted(row.key(), row.action()));
            }
            return row.recordedAnswer();
        }

        /** A row of the XA kind is seen only once its transaction is committed, hence confirmed. */
        private BranchRow row(Outcome outcome, Content answer) {
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

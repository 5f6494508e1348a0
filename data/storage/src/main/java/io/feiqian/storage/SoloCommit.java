package io.feiqian.storage;

import io.feiqian.storage.Contribution.Check;
import io.feiqian.storage.LocalCommit.UserStatements;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;

/** The solo form: one work and a user's own statements in one transaction. Thread-safe. */
final class SoloCommit {
    private static final int MOST_TRIES = 4;

    private final CellDatabase database;

    /** Only names the fence's locks; each transaction verifies. */
    private volatile OwnedRanges ranges = new OwnedRanges(java.util.List.of());

    SoloCommit(CellDatabase database) {
        this.database = database;
    }

    Answer run(Work work, UserStatements statements) throws SQLException {
        if (work.deadline().isExpired()) {
            return Answer.refused(
                    OutcomeCode.DEADLINE_EXPIRED, "deadline: passed before the work began");
        }
        for (int i = 0; i < MOST_TRIES; i++) {
            Answer answer = attempt(work, statements);
            if (answer != null) {
                return answer;
            }
        }
        return Answer.refused(OutcomeCode.SLOT_MOVING, "slot: its range changes again and again");
    }

    /** Null where the ownership rows are newer than was known, and nothing was begun. */
    private @Nullable Answer attempt(Work work, UserStatements statements) throws SQLException {
        Connection connection;
        try {
            connection = database.pool().getConnection();
        } catch (SQLException unreachable) {
            return Answer.refused(
                    OutcomeCode.DATABASE_UNAVAILABLE,
                    "database: no connection (" + unreachable.getMessage() + ")");
        }
        try (connection) {
            connection.setAutoCommit(false);
            Session session = new Session(connection);
            boolean over = false;
            try {
                WorkTransaction transaction =
                        new WorkTransaction(database.cell(), ranges, false, 0);
                Answer answer = within(transaction, session, work, statements);
                ranges = transaction.ownedRanges();
                over = answer != null;
                return answer;
            } finally {
                if (!over) {
                    session.rolledBack();
                }
                session.release();
            }
        }
    }

    private static @Nullable Answer within(
            WorkTransaction transaction, Session session, Work work, UserStatements statements)
            throws SQLException {
        transaction.add(work);
        transaction.lockAndRead(session, null);
        switch (transaction.judge(work)) {
            case LOOK_AGAIN -> {
                return null;
            }
            case REFUSED -> {
                session.rolledBack();
                return transaction.fenceRefusal();
            }
            case HOLDS -> {}
        }
        if (transaction.check(work) instanceof Check.Ended(Answer ended)) {
            session.rolledBack();
            return ended;
        }
        statements.run(TransactionConnection.over(session.connection()));
        Answer answer = transaction.apply(work);
        transaction.write(session);
        return commit(session, answer);
    }

    private static Answer commit(Session session, Answer answer) throws SQLException {
        Connection connection = session.connection();
        connection.clearWarnings();
        try {
            connection.commit();
        } catch (SQLException failed) {
            if (DatabaseFault.of(failed) != DatabaseFault.LOST && session.rolledBack()) {
                throw failed;
            }
            return Answer.unknown("commit: sent, and its answer was lost; ask again");
        }
        SQLWarning warning = connection.getWarnings();
        if (warning != null && BatchWorker.isWarning(warning)) {
            return Answer.unknown("commit: not confirmed by every copy of the database");
        }
        return answer;
    }
}

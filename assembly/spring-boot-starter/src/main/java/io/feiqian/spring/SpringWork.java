package io.feiqian.spring;

import io.feiqian.participant.BranchWork;
import io.feiqian.participant.Content;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * Lets Spring's JDBC work on the connection of a branch or of an own share: inside, {@code
 * JdbcClient}, {@code JdbcTemplate} and {@code @Transactional} methods over the service's
 * DataSource take part in the local commit that writes the transaction's row. Thread-safe.
 *
 * <p>Who commits is the library, after the work: callbacks before the completion are run, callbacks
 * after it are told that the outcome is unknown, since the work may still be rolled back, and those
 * after a commit are not called.
 */
public final class SpringWork {
    private final DataSource database;

    /** Over the DataSource that Spring's JDBC uses. */
    public SpringWork(DataSource database) {
        this.database = database;
    }

    /** What is done inside. */
    @FunctionalInterface
    public interface Body<E extends Exception> {
        /** Works by Spring's JDBC, and answers. */
        Content run() throws E;
    }

    /** What is done inside, whatever it throws. */
    @FunctionalInterface
    interface Inside {
        @Nullable Object run() throws Throwable;
    }

    /** Work by Spring's JDBC, as branches, own shares and calls that are answered once take it. */
    public BranchWork of(Body<SQLException> body) {
        return connection -> {
            try {
                Object answer = on(connection, body::run);
                return answer instanceof Content content ? content : Content.EMPTY;
            } catch (SQLException | RuntimeException | Error failed) {
                throw failed;
            } catch (Throwable impossible) {
                throw new IllegalStateException(impossible);
            }
        };
    }

    /**
     * Runs it with this connection bound.
     *
     * @throws SQLException also where Spring's JDBC had made another exception of it: the library
     *     tells by it whether others hold a row
     */
    @Nullable Object on(Connection connection, Inside work) throws Throwable {
        if (TransactionSynchronizationManager.isSynchronizationActive()
                || TransactionSynchronizationManager.hasResource(database)) {
            throw new IllegalStateException(
                    "transaction: one of Spring's is open around the work (expected: none, since"
                            + " the work commits together with its own row)");
        }
        ConnectionHolder holder = new ConnectionHolder(connection, true);
        holder.setSynchronizedWithTransaction(true);
        TransactionSynchronizationManager.bindResource(database, holder);
        TransactionSynchronizationManager.initSynchronization();
        TransactionSynchronizationManager.setActualTransactionActive(true);
        try {
            Object answer = work.run();
            TransactionSynchronizationUtils.triggerBeforeCommit(false);
            if (holder.isRollbackOnly()) {
                throw new UnexpectedRollbackException(
                        "transaction: marked to be rolled back inside (expected: its exception)");
            }
            return answer;
        } catch (DataAccessException failed) {
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException sql) {
                    throw sql;
                }
            }
            throw failed;
        } finally {
            end();
        }
    }

    private void end() {
        try {
            TransactionSynchronizationUtils.triggerBeforeCompletion();
            TransactionSynchronizationUtils.triggerAfterCompletion(
                    TransactionSynchronization.STATUS_UNKNOWN);
        } finally {
            TransactionSynchronizationManager.clear();
            TransactionSynchronizationManager.unbindResource(database);
        }
    }
}

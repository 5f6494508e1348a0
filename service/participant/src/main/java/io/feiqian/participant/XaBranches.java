package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * Branches that the database itself keeps: prepared transactions. The list of those that the
 * database has is the list of what is in doubt (xa-gid). Thread-safe. Rows: P6.3.1, D7.1-a.
 */
final class XaBranches {
    private static final int LANES = 4;

    private final DataSource database;
    private final PreparedTransactions prepared;
    private final BranchTable table;
    private final Clock clock;
    private final Executor executor;
    private final boolean allowed;
    private final long lockTimeoutMillis;

    XaBranches(
            DataSource database,
            Dialect dialect,
            Clock clock,
            Executor executor,
            boolean allowed,
            TransactionSettings settings) {
        this.database = database;
        this.prepared = dialect.prepared();
        this.table = new BranchTable(dialect);
        this.clock = clock;
        this.executor = executor;
        this.allowed = allowed;
        this.lockTimeoutMillis = settings.lockTimeout().toMillis();
    }

    boolean isAllowed() {
        return allowed;
    }

    /** Begins a transaction that is to be prepared; the connection to work on. */
    Connection begin(Connection connection, BranchContext context, Deadline deadline)
            throws SQLException {
        requireAllowed();
        return prepared.begin(connection, name(context, deadline));
    }

    /** Ends the transaction of the connection by preparing it. */
    void prepare(Connection connection, BranchContext context, Deadline deadline)
            throws SQLException {
        requireAllowed();
        prepared.prepare(connection, name(context, deadline));
    }

    private void requireAllowed() {
        if (!allowed) {
            throw new IllegalStateException(
                    "kind: XA (expected: a service that was started with XA allowed)");
        }
    }

    private PreparedName name(BranchContext context, Deadline deadline) {
        return new PreparedName(
                context.key(),
                context.initiator(),
                context.digest(),
                context.businessDate().number(),
                clock.now().toEpochMilli() + Math.max(deadline.remaining().toMillis(), 0));
    }

    /** What this database holds prepared, by branch. */
    Map<BranchKey, PreparedName> inDoubt() throws SQLException {
        try (Connection connection = database.getConnection()) {
            Map<BranchKey, PreparedName> found = prepared.inDoubt(connection);
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return found;
        }
    }

    /**
     * Settles branches of which no row is seen: what is prepared is committed or rolled back, and
     * then the row decides, which a committed one carries and a cancelled one gets here.
     *
     * <p>The end of a prepared transaction is a commit of its own that no other can share, so
     * several connections make the database write the log for them together.
     */
    Map<BranchKey, FinishReport> settle(List<FinishOrder> orders) throws SQLException {
        Map<BranchKey, PreparedName> found = inDoubt();
        int lanes = Math.min(LANES, orders.size());
        List<CompletableFuture<Map<BranchKey, FinishReport>>> shares = new ArrayList<>();
        for (int lane = 1; lane < lanes; lane++) {
            List<FinishOrder> share = share(orders, lane, lanes);
            shares.add(
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return settle(share, found);
                                } catch (SQLException failed) {
                                    throw new CompletionException(failed);
                                }
                            },
                            executor));
        }
        Map<BranchKey, FinishReport> reports =
                new HashMap<>(settle(share(orders, 0, lanes), found));
        for (CompletableFuture<Map<BranchKey, FinishReport>> each : shares) {
            reports.putAll(each.join());
        }
        return reports;
    }

    private static List<FinishOrder> share(List<FinishOrder> orders, int lane, int lanes) {
        List<FinishOrder> share = new ArrayList<>();
        for (int i = lane; i < orders.size(); i += lanes) {
            share.add(orders.get(i));
        }
        return share;
    }

    private Map<BranchKey, FinishReport> settle(
            List<FinishOrder> orders, Map<BranchKey, PreparedName> found) throws SQLException {
        Map<BranchKey, FinishReport> reports = new HashMap<>();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try {
                for (FinishOrder order : orders) {
                    Optional<PreparedName> name = Optional.ofNullable(found.get(order.key()));
                    reports.put(order.key(), settle(connection, order, name));
                }
            } finally {
                connection.setAutoCommit(false);
            }
        }
        return reports;
    }

    private FinishReport settle(
            Connection connection, FinishOrder order, Optional<PreparedName> found)
            throws SQLException {
        if (found.isPresent() && found.get().digest() != order.digest()) {
            if (order.verb() == Verb.CANCEL && found.get().initiator().equals(order.initiator())) {
                // Another execution's of the same void attempt, which asks for itself.
                return FinishReport.done(order.key());
            }
            return FinishReport.refused(
                    order.key(),
                    OutcomeCode.CONTRADICTION,
                    "branch: " + order.key() + " has other content (expected: the same)");
        }
        if (found.isPresent() && prepared.end(connection, order.verb(), found.get())) {
            if (order.verb() == Verb.CONFIRM) {
                return FinishReport.done(order.key());
            }
        }
        return order.verb() == Verb.CONFIRM
                ? confirmed(connection, order)
                : planted(connection, order);
    }

    /** "No such id" is success only where the branch's row is seen. */
    private FinishReport confirmed(Connection connection, FinishOrder order) throws SQLException {
        Optional<BranchRow> row = table.find(connection, order.key());
        if (row.isEmpty()) {
            return FinishReport.refused(
                    order.key(),
                    OutcomeCode.UNKNOWN_TRANSACTION,
                    "branch: " + order.key() + " (expected: one that was tried)");
        }
        if (row.get().state() == BranchState.TRIED) {
            // It was not there when the others were locked: sent again, it is found with them.
            return FinishReport.refused(
                    order.key(),
                    OutcomeCode.OVERLOADED,
                    "branch: " + order.key() + " came in between (expected: asked for again)");
        }
        return row.get().state() == BranchState.CONFIRMED
                ? FinishReport.done(order.key())
                : FinishReport.refused(
                        order.key(),
                        OutcomeCode.CONTRADICTION,
                        "branch: %s is %s (expected: prepared or confirmed)"
                                .formatted(order.key(), row.get().state()));
    }

    private FinishReport planted(Connection connection, FinishOrder order) throws SQLException {
        // A try that is not prepared yet holds the key: it is not waited for.
        prepared.bound(connection, lockTimeoutMillis);
        try {
            table.insert(connection, BranchRow.planted(order), 0, false);
            return FinishReport.done(order.key());
        } catch (SQLException failed) {
            if (!DatabaseErrors.isDuplicate(failed)) {
                throw failed;
            }
            Optional<BranchRow> row = table.find(connection, order.key());
            boolean confirmed =
                    order.verb() != Verb.CLEAR
                            && row.filter(r -> r.state() == BranchState.CONFIRMED).isPresent();
            Outcome outcome =
                    confirmed
                            ? Outcome.refused(
                                    OutcomeCode.CONTRADICTION,
                                    "branch: " + order.key() + " is confirmed (expected: not)")
                            : Outcome.accepted();
            return new FinishReport(order.key(), outcome);
        } finally {
            prepared.unbound(connection);
        }
    }
}

package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
    private static final String IN_DOUBT =
            "select gid from pg_prepared_xacts where database = current_database()"
                    + " and starts_with(gid, '"
                    + PreparedName.PREFIX
                    + "')";

    private static final int LANES = 4;

    private final DataSource database;
    private final Clock clock;
    private final Executor executor;
    private final boolean allowed;
    private final long lockTimeoutMillis;

    XaBranches(
            DataSource database,
            Clock clock,
            Executor executor,
            boolean allowed,
            TransactionSettings settings) {
        this.database = database;
        this.clock = clock;
        this.executor = executor;
        this.allowed = allowed;
        this.lockTimeoutMillis = settings.lockTimeout().toMillis();
    }

    boolean isAllowed() {
        return allowed;
    }

    /**
     * Refuses at the start what would fail at the first prepare, and waits without a bound: what
     * waits for a prepared transaction's rows is no deadlock that the database would find.
     */
    static void requirePreparedTransactions(DataSource database) throws SQLException {
        if (setting(database, "max_prepared_transactions").equals("0")) {
            throw new IllegalStateException(
                    "max_prepared_transactions: 0 (expected: more than the branches of kind XA"
                            + " that are open at once; set it and restart the database, or"
                            + " start this service without XA)");
        }
        if (setting(database, "lock_timeout").equals("0")) {
            throw new IllegalStateException(
                    "lock_timeout: 0, which is none (expected: a bound for the connections of a"
                            + " service with XA, such as ?options=-c%20lock_timeout=3s in the"
                            + " database's URL)");
        }
    }

    private static String setting(DataSource database, String name) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + name)) {
            row.next();
            String value = row.getString(1);
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return value;
        }
    }

    /** Ends the transaction of the connection by preparing it. */
    void prepare(Connection connection, BranchContext context, Deadline deadline)
            throws SQLException {
        if (!allowed) {
            throw new IllegalStateException(
                    "kind: XA (expected: a service that was started with XA allowed)");
        }
        long decideBy = clock.now().toEpochMilli() + Math.max(deadline.remaining().toMillis(), 0);
        PreparedName name =
                new PreparedName(
                        context.key(),
                        context.initiator(),
                        context.digest(),
                        context.businessDate().number(),
                        decideBy);
        try (Statement prepare = connection.createStatement()) {
            prepare.execute("prepare transaction '" + name.text() + "'");
            DurableCommit.require(prepare.getWarnings());
        }
    }

    /** What this database holds prepared, by branch. */
    Map<BranchKey, PreparedName> inDoubt() throws SQLException {
        try (Connection connection = database.getConnection()) {
            Map<BranchKey, PreparedName> found = inDoubt(connection);
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return found;
        }
    }

    private static Map<BranchKey, PreparedName> inDoubt(Connection connection) throws SQLException {
        Map<BranchKey, PreparedName> found = new HashMap<>();
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery(IN_DOUBT)) {
            while (row.next()) {
                PreparedName.parse(row.getString(1)).ifPresent(name -> found.put(name.key(), name));
            }
        }
        return found;
    }

    /**
     * Settles branches of which no row is seen: what is prepared is committed or rolled back, and
     * then the row decides, which a committed one carries and a cancelled one gets here.
     *
     * <p>The end of a prepared transaction is a commit of its own that no other can share, so
     * several connections make the database write the log for them together.
     */
    Map<BranchKey, FinishReport> settle(List<FinishOrder> orders) throws SQLException {
        Map<BranchKey, PreparedName> prepared = inDoubt();
        int lanes = Math.min(LANES, orders.size());
        List<CompletableFuture<Map<BranchKey, FinishReport>>> shares = new ArrayList<>();
        for (int lane = 1; lane < lanes; lane++) {
            List<FinishOrder> share = share(orders, lane, lanes);
            shares.add(
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return settle(share, prepared);
                                } catch (SQLException failed) {
                                    throw new CompletionException(failed);
                                }
                            },
                            executor));
        }
        Map<BranchKey, FinishReport> reports =
                new HashMap<>(settle(share(orders, 0, lanes), prepared));
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
            List<FinishOrder> orders, Map<BranchKey, PreparedName> prepared) throws SQLException {
        Map<BranchKey, FinishReport> reports = new HashMap<>();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try {
                for (FinishOrder order : orders) {
                    Optional<PreparedName> name = Optional.ofNullable(prepared.get(order.key()));
                    reports.put(order.key(), settle(connection, order, name));
                }
            } finally {
                connection.setAutoCommit(false);
            }
        }
        return reports;
    }

    private FinishReport settle(
            Connection connection, FinishOrder order, Optional<PreparedName> prepared)
            throws SQLException {
        if (prepared.isPresent() && prepared.get().digest() != order.digest()) {
            if (order.verb() == Verb.CANCEL
                    && prepared.get().initiator().equals(order.initiator())) {
                // Another execution's of the same void attempt, which asks for itself.
                return FinishReport.done(order.key());
            }
            return FinishReport.refused(
                    order.key(),
                    OutcomeCode.CONTRADICTION,
                    "branch: " + order.key() + " has other content (expected: the same)");
        }
        if (prepared.isPresent() && end(connection, order.verb(), prepared.get())) {
            if (order.verb() == Verb.CONFIRM) {
                return FinishReport.done(order.key());
            }
        }
        return order.verb() == Verb.CONFIRM
                ? confirmed(connection, order)
                : planted(connection, order);
    }

    /** Whether it was there to be ended. */
    private static boolean end(Connection connection, Verb verb, PreparedName name)
            throws SQLException {
        String how = verb == Verb.CONFIRM ? "commit" : "rollback";
        try (Statement end = connection.createStatement()) {
            end.execute(how + " prepared '" + name.text() + "'");
            DurableCommit.require(end.getWarnings());
            return true;
        } catch (SQLException failed) {
            if (DatabaseErrors.isUndefined(failed)) {
                return false;
            }
            throw failed;
        }
    }

    /** "No such id" is success only where the branch's row is seen. */
    private static FinishReport confirmed(Connection connection, FinishOrder order)
            throws SQLException {
        Optional<BranchRow> row = BranchTable.find(connection, order.key());
        if (row.isEmpty()) {
            return FinishReport.refused(
                    order.key(),
                    OutcomeCode.UNKNOWN_TRANSACTION,
                    "branch: " + order.key() + " (expected: one that was tried)");
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
        try (Statement bound = connection.createStatement()) {
            // A try that is not prepared yet holds the key: it is not waited for.
            bound.execute("set lock_timeout = " + lockTimeoutMillis);
            BranchTable.insert(connection, BranchRow.planted(order), 0, false);
            return FinishReport.done(order.key());
        } catch (SQLException failed) {
            if (!DatabaseErrors.isDuplicate(failed)) {
                throw failed;
            }
            Optional<BranchRow> row = BranchTable.find(connection, order.key());
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
            try (Statement reset = connection.createStatement()) {
                reset.execute("reset lock_timeout");
            }
        }
    }
}

package io.feiqian.bank;

import io.feiqian.bank.contract.CountTransactionsResponse;
import io.feiqian.bank.contract.ListTransactionsRequest;
import io.feiqian.bank.contract.ListTransactionsResponse;
import io.feiqian.bank.contract.RetryTransactionResponse;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.StateCount;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.bank.contract.UnfinishedCount;
import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.LedgerQueries;
import io.feiqian.participant.BranchState;
import io.feiqian.security.AuditEntry;
import io.feiqian.security.ChangeOrder;
import io.feiqian.storage.CellDatabase;
import io.feiqian.transaction.Branch;
import io.feiqian.transaction.CellTransactions;
import io.feiqian.transaction.Decision;
import io.feiqian.transaction.RaisedAlarm;
import io.feiqian.transaction.ResolutionContribution;
import io.feiqian.transaction.Suspension;
import io.feiqian.transaction.TransactionQueries;
import io.feiqian.transaction.TransactionQueries.Unfinished;
import io.feiqian.transaction.TransactionSearch;
import io.feiqian.transaction.TransactionSearch.Rows;
import io.feiqian.transaction.TransactionState;
import io.feiqian.transaction.TransactionTotals;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a cell's operators see and do about global transactions (P6.3.3-c, B11.3, B12-c.2): search,
 * the whole record of one, and taking one up again, which is audited. Thread-safe; blocks.
 */
final class TransactionDesk {
    private static final String UNFINISHED = "UNFINISHED";
    private static final Set<String> STATES =
            Set.of(
                    UNFINISHED,
                    TransactionState.DECIDED.name(),
                    TransactionState.SETTLED.name(),
                    TransactionState.ABORTED.name(),
                    TransactionState.REFUSED.name(),
                    BranchState.TRIED.name(),
                    BranchState.CONFIRMED.name(),
                    BranchState.CANCELLED.name());

    private static final int USUAL_LIMIT = 50;
    private static final int MOST = 1_000;

    /** How many rows of each kind are looked through for what has no index. */
    private static final int NEWEST = 10_000;

    /** How many of the operators' actions on one transaction are shown. */
    private static final int MOST_ACTIONS = 100;

    private final String instance;
    private final CellDatabase database;
    private final CellParts parts;
    private final CellTransactions transactions;
    private final ChangeTrail trail;
    private final TransactionRecords records;

    TransactionDesk(
            String instance,
            CellDatabase database,
            CellParts parts,
            CellTransactions transactions,
            ChangeTrail trail,
            Replies replies) {
        this.instance = instance;
        this.database = database;
        this.parts = parts;
        this.transactions = transactions;
        this.trail = trail;
        this.records = new TransactionRecords(parts, replies);
    }

    ListTransactionsResponse list(ListTransactionsRequest request) throws SQLException {
        String state =
                request.getState().isEmpty()
                        ? UNFINISHED
                        : request.getState().toUpperCase(Locale.ROOT);
        if (!STATES.contains(state)) {
            throw malformed("state: " + state + " (expected: one of " + sorted(STATES) + ")");
        }
        int limit = request.getLimit() == 0 ? USUAL_LIMIT : request.getLimit();
        if (limit < 1 || limit > MOST) {
            throw malformed("limit: " + limit + " (expected: 1 to " + MOST + ")");
        }
        Duration overdue = Duration.ofMillis(request.getOverdueMillis());
        if (overdue.isNegative()) {
            throw malformed("overdue_millis: " + overdue.toMillis() + " (expected: 0 or more)");
        }
        boolean unfinished =
                Set.of(UNFINISHED, TransactionState.DECIDED.name(), BranchState.TRIED.name())
                        .contains(state);
        try (Connection connection = database.pool().getConnection()) {
            Rows rows =
                    unfinished
                            ? TransactionSearch.unfinished(connection, overdue, NEWEST)
                            : TransactionSearch.newest(connection, NEWEST);
            List<TransactionRecord> found =
                    records.of(rows)
                            .filter(each ->
                                    state.equals(UNFINISHED) || each.getState().equals(state))
                            .filter(each -> isOverdue(each, overdue))
                            .filter(takesPart(request.getCell()))
                            .filter(isOf(request.getService()))
                            .limit(limit + 1L)
                            .toList();
            Unfinished counts = TransactionQueries.unfinished(connection);
            return ListTransactionsResponse.newBuilder()
                    .setOutcome(Replies.accepted())
                    .setUnfinishedDecisions(counts.decisions())
                    .setUnfinishedBranches(counts.branches())
                    .addAllTransactions(found.subList(0, Math.min(limit, found.size())))
                    .setMore(found.size() > limit)
                    .build();
        }
    }

    ShowTransactionResponse show(TraceNumber trace) throws SQLException {
        ShowTransactionResponse.Builder response =
                ShowTransactionResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(parts.cell().toString())
                        .setInstance(instance);
        try (Connection connection = database.pool().getConnection()) {
            Rows rows = TransactionSearch.of(connection, trace);
            records.of(rows).forEach(response::addRecords);
            List<EntryKey> keys = new ArrayList<>(List.of(EntryKey.own(trace)));
            rows.branches().stream()
                    .map(each -> EntryKey.branch(trace, each.key().branch()))
                    .distinct()
                    .forEach(keys::add);
            for (EntryKey key : keys) {
                LedgerQueries.find(connection, key)
                        .ifPresent(row -> response.addEntries(Shown.entry(row)));
            }
            RaisedAlarm.of(connection, trace)
                    .forEach(each -> response.addAlarms(Shown.alarm(each)));
            ChangeTrail.of(connection, trace.toString(), MOST_ACTIONS)
                    .forEach(each -> response.addActions(Shown.change(each)));
            Suspension.find(connection, trace)
                    .ifPresent(it -> response.setSuspension(Shown.suspension(it)));
            ResolutionContribution.of(connection, trace)
                    .forEach(each ->
                            response.addResolutions(
                                    Shown.resolution(parts.cell(), each, rows.databaseMillis())));
        }
        transactions
                .driving(trace)
                .forEach(each -> response.addDriving(Shown.driving(instance, each)));
        transactions.phase(trace).ifPresent(phase -> response.setPhase(phase.name()));
        return response.build();
    }

    RetryTransactionResponse retry(TraceNumber trace, Caller caller) throws SQLException {
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        Rows rows;
        try (Connection connection = database.pool().getConnection()) {
            rows = recorded(connection, trace);
            Optional<Suspension> suspended = Suspension.find(connection, trace);
            if (suspended.isPresent()) {
                throw new RefusedException(
                        OutcomeCode.TRANSACTION_SUSPENDED,
                        "transaction: suspended by %s (expected: resumed first)"
                                .formatted(suspended.get().operator()));
            }
        }
        List<Decision> decisions =
                rows.decisions().stream().filter(each -> each.finishedAt() == 0).toList();
        List<Branch> branches =
                rows.branches().stream().filter(each -> each.state() == BranchState.TRIED).toList();
        int found = decisions.size() + branches.size();
        if (found > 0) {
            trail.append(
                    new AuditEntry(
                            order,
                            "transaction.retry",
                            trace.toString(),
                            Map.of("records", Integer.toString(found), "outcome", "ACCEPTED")));
            transactions.retry(decisions, branches, rows.databaseMillis());
        }
        return RetryTransactionResponse.newBuilder()
                .setOutcome(Replies.accepted())
                .setTakenUp(found)
                .build();
    }

    CountTransactionsResponse count() throws SQLException {
        TransactionTotals totals;
        try (Connection connection = database.pool().getConnection()) {
            totals = TransactionTotals.read(connection);
        }
        CountTransactionsResponse.Builder response =
                CountTransactionsResponse.newBuilder()
                        .setOutcome(Replies.accepted())
                        .setCell(parts.cell().toString())
                        .setCut(totals.cut())
                        .setSuspended(totals.suspended())
                        .setProposals(totals.proposals());
        totals.unfinished()
                .forEach(each ->
                        response.addUnfinished(
                                UnfinishedCount.newBuilder()
                                        .setRole(each.role())
                                        .setState(each.state())
                                        .setService(each.service())
                                        .setAge(each.age().name())
                                        .setCount(each.count())));
        totals.newest()
                .forEach(each ->
                        response.addNewest(
                                StateCount.newBuilder()
                                        .setState(each.state().name())
                                        .setCount(each.count())));
        return response.build();
    }

    /** Suspends what has a record here; false where it was suspended before. */
    boolean suspend(TraceNumber trace, Caller caller) throws SQLException {
        return change(
                trace,
                caller,
                "transaction.suspend",
                (connection, order) ->
                        Suspension.begin(
                                connection, trace, order.operator().name(), order.reason()));
    }

    /** Ends a suspension; false where there was none. */
    boolean resume(TraceNumber trace, Caller caller) throws SQLException {
        return change(
                trace,
                caller,
                "transaction.resume",
                (connection, order) -> Suspension.end(connection, trace));
    }

    private interface Changing {
        boolean change(Connection connection, ChangeOrder order) throws SQLException;
    }

    /** The change and its audit record in one database transaction, or nothing of both. */
    private boolean change(TraceNumber trace, Caller caller, String action, Changing changing)
            throws SQLException {
        ChangeOrder order = ChangeOrder.of(caller.operator(), caller.reason());
        try (Connection connection = database.pool().getConnection()) {
            recorded(connection, trace);
            connection.setAutoCommit(false);
            boolean changed = false;
            try {
                changed = changing.change(connection, order);
                if (changed) {
                    trail.append(
                            connection,
                            new AuditEntry(
                                    order,
                                    action,
                                    trace.toString(),
                                    Map.of("outcome", OutcomeCode.ACCEPTED.name())));
                    connection.commit();
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            transactions.readSuspensions(connection);
            return changed;
        }
    }

    private static Rows recorded(Connection connection, TraceNumber trace) throws SQLException {
        Rows rows = TransactionSearch.of(connection, trace);
        if (rows.decisions().isEmpty() && rows.branches().isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.UNKNOWN_TRANSACTION,
                    "trace number: " + trace + " (expected: one with a record in this cell)");
        }
        return rows;
    }

    private static boolean isOverdue(TransactionRecord record, Duration overdue) {
        return overdue.isZero()
                || record.getNowMillis() - record.getDecideByMillis() >= overdue.toMillis();
    }

    private static Predicate<TransactionRecord> takesPart(String cell) {
        return record ->
                cell.isEmpty()
                        || record.getInitiator().equals(cell)
                        || record.getBranchesList().stream()
                                .anyMatch(branch -> branch.getCell().equals(cell));
    }

    private static Predicate<TransactionRecord> isOf(String service) {
        return record ->
                service.isEmpty()
                        || record.getBranchesList().stream()
                                .anyMatch(branch -> branch.getService().equals(service));
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private static RefusedException malformed(String message) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message);
    }
}

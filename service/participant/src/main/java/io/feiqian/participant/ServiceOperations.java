package io.feiqian.participant;

import io.feiqian.participant.OperationsTable.Timed;
import io.feiqian.participant.ServiceRecord.Role;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What operators see of a service's transactions, and can do about them: the same as of the cells',
 * in the service's own database. Whatever changes something is recorded in the commit of the
 * change, with operator and reason. Rows: B11.3, B12-c.
 *
 * <p>Thread-safe; blocks its caller. Refusals are thrown as {@link RefusedException}.
 */
public final class ServiceOperations {
    private static final int MOST_COUNTED = 50_000;
    private static final int MOST_LISTED = 500;
    private static final long MINUTE = 60_000;
    private static final int TRIES = 5;

    private final String service;
    private final DataSource database;
    private final Dialect dialect;
    private final Suspensions suspensions;
    private final PhaseTwo phaseTwo;
    private final Leftovers leftovers;
    private final RepeatedAlarms alarms;
    private final ServiceResolutions resolutions;

    ServiceOperations(
            String service,
            DataSource database,
            Dialect dialect,
            Suspensions suspensions,
            PhaseTwo phaseTwo,
            Leftovers leftovers,
            RepeatedAlarms alarms,
            ServiceResolutions resolutions) {
        this.service = service;
        this.database = database;
        this.dialect = dialect;
        this.suspensions = suspensions;
        this.phaseTwo = phaseTwo;
        this.leftovers = leftovers;
        this.alarms = alarms;
        this.resolutions = resolutions;
    }

    /**
     * What is looked for.
     *
     * @param state unfinished; of decisions decided, settled, aborted, refused; of branches tried,
     *     confirmed, cancelled, refused
     * @param overdue only what should have been over for so long
     * @param participant only what involves this service or action; empty for all
     * @param limit the most rows
     */
    public record Search(String state, Duration overdue, String participant, int limit) {
        /** Refuses a bound out of range. */
        public Search {
            if (limit < 1 || limit > MOST_LISTED) {
                throw new RefusedException(
                        OutcomeCode.MALFORMED_REQUEST,
                        "limit: %d (expected: 1 to %d)".formatted(limit, MOST_LISTED));
            }
        }

        /** What is unfinished. */
        public static Search unfinished() {
            return new Search("unfinished", Duration.ZERO, "", 50);
        }
    }

    /** Work on a connection; what it did is committed by whoever hands it out. */
    @FunctionalInterface
    interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    /** Reads, and leaves nothing. */
    static <T> T read(DataSource database, Work<T> work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                return work.with(connection);
            } finally {
                connection.rollback();
            }
        }
    }

    /** Changes in one commit; again where another operator took the same number meanwhile. */
    static <T> T change(DataSource database, Work<T> work) throws SQLException {
        for (int i = 1; ; i++) {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                boolean over = false;
                try {
                    T result = work.with(connection);
                    DurableCommit.of(connection);
                    over = true;
                    return result;
                } finally {
                    if (!over) {
                        connection.rollback();
                    }
                }
            } catch (SQLException failed) {
                if (i == TRIES || !DatabaseErrors.isDuplicate(failed)) {
                    throw failed;
                }
            }
        }
    }

    /**
     * Counts. Whole is only what is unfinished, up to 50,000 rows of each kind; a decision that
     * waits for two services is counted under both.
     */
    public ServiceTotals totals() throws SQLException {
        return read(
                database,
                connection -> {
                    long now = OperationsTable.now(connection, dialect);
                    List<Timed<DecisionRow>> decisions =
                            OperationsTable.unfinishedDecisions(
                                    connection, Long.MAX_VALUE, MOST_COUNTED + 1);
                    List<Timed<BranchRow>> branches =
                            OperationsTable.unfinishedBranches(
                                    connection, Long.MAX_VALUE, MOST_COUNTED + 1);
                    Map<ServiceTotals.Unfinished, Long> counts = new HashMap<>();
                    for (Timed<DecisionRow> each : decisions) {
                        String state = ServiceRecord.of(each.row(), service, each.at(now)).state();
                        each.row().open().stream()
                                .map(ListedBranch::service)
                                .distinct()
                                .forEach(to ->
                                        count(
                                                counts,
                                                Role.INITIATOR,
                                                state,
                                                to,
                                                now - each.since()));
                    }
                    for (Timed<BranchRow> each : branches) {
                        String state = each.row().state().name();
                        count(counts, Role.BRANCH, state, each.row().action(), now - each.since());
                    }
                    return new ServiceTotals(
                            counts.entrySet().stream()
                                    .map(each -> counted(each.getKey(), each.getValue()))
                                    .toList(),
                            OperationsTable.newest(connection),
                            OperationsTable.suspensions(connection).size(),
                            OperationsTable.openProposals(connection, now).size(),
                            decisions.size() > MOST_COUNTED || branches.size() > MOST_COUNTED);
                });
    }

    private static void count(
            Map<ServiceTotals.Unfinished, Long> counts,
            Role role,
            String state,
            String participant,
            long millisOver) {
        counts.merge(
                new ServiceTotals.Unfinished(role, state, participant, age(millisOver), 0),
                1L,
                Long::sum);
    }

    private static ServiceTotals.Unfinished counted(ServiceTotals.Unfinished sort, long count) {
        return new ServiceTotals.Unfinished(
                sort.role(), sort.state(), sort.participant(), sort.age(), count);
    }

    private static String age(long millisOver) {
        if (millisOver < 0) {
            return "IN_TIME";
        }
        if (millisOver < MINUTE) {
            return "UP_TO_A_MINUTE";
        }
        if (millisOver < 60 * MINUTE) {
            return "UP_TO_AN_HOUR";
        }
        return millisOver < 24 * 60 * MINUTE ? "UP_TO_A_DAY" : "OLDER";
    }

    /**
     * Lists. What is unfinished comes whole, the oldest first; what is of another state among the
     * newest 10,000 rows by their key, the newest first.
     */
    public List<ServiceRecord> list(Search search) throws SQLException {
        return read(
                database,
                connection -> {
                    long now = OperationsTable.now(connection, dialect);
                    long before = now - search.overdue().toMillis();
                    boolean any = search.overdue().isZero();
                    List<ServiceRecord> rows = new ArrayList<>();
                    switch (search.state().toLowerCase(java.util.Locale.ROOT)) {
                        case "unfinished" -> {
                            addUnfinishedDecisions(connection, rows, now, any ? now : before);
                            addBranches(
                                    rows,
                                    OperationsTable.unfinishedBranches(
                                            connection,
                                            any ? Long.MAX_VALUE : before,
                                            MOST_COUNTED),
                                    now);
                        }
                        case "decided" ->
                                addUnfinishedDecisions(connection, rows, now, any ? now : before);
                        case "settled" -> addNewest(connection, rows, now, DecisionState.COMMITTED);
                        case "aborted" -> addNewest(connection, rows, now, DecisionState.ABORTED);
                        case "refused" -> {
                            addNewest(connection, rows, now, DecisionState.REFUSED);
                            addNewest(connection, rows, now, BranchState.REFUSED);
                        }
                        case "tried" ->
                                addBranches(
                                        rows,
                                        OperationsTable.unfinishedBranches(
                                                connection,
                                                any ? Long.MAX_VALUE : before,
                                                MOST_COUNTED),
                                        now);
                        case "confirmed" -> addNewest(connection, rows, now, BranchState.CONFIRMED);
                        case "cancelled" -> addNewest(connection, rows, now, BranchState.CANCELLED);
                        default ->
                                throw new RefusedException(
                                        OutcomeCode.MALFORMED_REQUEST,
                                        "state: of %d characters (expected: unfinished, decided, settled,"
                                                        .formatted(search.state().length())
                                                + " aborted, refused, tried, confirmed or cancelled)");
                    }
                    boolean decided = search.state().equalsIgnoreCase("decided");
                    boolean settled = search.state().equalsIgnoreCase("settled");
                    return rows.stream()
                            .filter(each -> each.involves(search.participant()))
                            .filter(each -> !decided || each.state().equals("DECIDED"))
                            .filter(each -> !settled || each.state().equals("SETTLED"))
                            .limit(search.limit())
                            .toList();
                });
    }

    private void addUnfinishedDecisions(
            Connection connection, List<ServiceRecord> rows, long now, long before)
            throws SQLException {
        addDecisions(
                rows, OperationsTable.unfinishedDecisions(connection, before, MOST_COUNTED), now);
    }

    private void addNewest(
            Connection connection, List<ServiceRecord> rows, long now, DecisionState state)
            throws SQLException {
        addDecisions(rows, OperationsTable.newestDecisions(connection, state), now);
    }

    private static void addNewest(
            Connection connection, List<ServiceRecord> rows, long now, BranchState state)
            throws SQLException {
        addBranches(rows, OperationsTable.newestBranches(connection, state), now);
    }

    private void addDecisions(List<ServiceRecord> rows, List<Timed<DecisionRow>> read, long now) {
        read.forEach(each -> rows.add(ServiceRecord.of(each.row(), service, each.at(now))));
    }

    private static void addBranches(
            List<ServiceRecord> rows, List<Timed<BranchRow>> read, long now) {
        read.forEach(each -> rows.add(ServiceRecord.of(each.row(), each.at(now))));
    }

    /** Everything of one transaction; empty where nothing is on record. */
    public ServicePicture show(TraceNumber trace) throws SQLException {
        return read(
                database,
                connection -> {
                    long now = OperationsTable.now(connection, dialect);
                    List<ServiceRecord> records = new ArrayList<>();
                    OperationsTable.decision(connection, trace)
                            .ifPresent(each -> addDecisions(records, List.of(each), now));
                    addBranches(records, OperationsTable.branches(connection, trace), now);
                    return new ServicePicture(
                            trace,
                            records,
                            Optional.ofNullable(OperationsTable.suspensions(connection).get(trace)),
                            phaseTwo.troubles(trace),
                            alarms.of(trace),
                            OperationsTable.proposals(connection, trace),
                            OperationsTable.changes(connection, trace));
                });
    }

    /**
     * Takes a transaction up now, also where it stopped. Decides nothing: every step is judged by
     * the rows under their locks.
     *
     * @return how many of its rows; 0 where nothing of it is unfinished
     * @throws RefusedException with {@link OutcomeCode#TRANSACTION_SUSPENDED} or {@link
     *     OutcomeCode#UNKNOWN_TRANSACTION}
     */
    public int retry(TraceNumber trace, ServiceOperator by) throws SQLException {
        changed(
                trace,
                "retry",
                by,
                (connection, now) -> {
                    if (OperationsTable.suspensions(connection).containsKey(trace)) {
                        throw new RefusedException(
                                OutcomeCode.TRANSACTION_SUSPENDED,
                                "transaction: suspended (expected: resumed)");
                    }
                    return true;
                });
        return leftovers.takeUp(trace);
    }

    /**
     * Keeps every instance from driving a transaction and from finishing its branches here, within
     * a second, until it is resumed. Decides nothing.
     *
     * @return whether it was not suspended before
     */
    public boolean suspend(TraceNumber trace, ServiceOperator by) throws SQLException {
        return changed(
                trace,
                "suspend",
                by,
                (connection, now) -> {
                    if (OperationsTable.suspensions(connection).containsKey(trace)) {
                        return false;
                    }
                    OperationsTable.suspend(connection, trace, now, by);
                    return true;
                });
    }

    /**
     * Lets a suspended transaction go on.
     *
     * @return whether it was suspended
     */
    public boolean resume(TraceNumber trace, ServiceOperator by) throws SQLException {
        return changed(
                trace,
                "resume",
                by,
                (connection, now) -> OperationsTable.resume(connection, trace));
    }

    /** A change of one transaction. */
    @FunctionalInterface
    private interface Change {
        boolean with(Connection connection, long now) throws SQLException;
    }

    private boolean changed(TraceNumber trace, String what, ServiceOperator by, Change change)
            throws SQLException {
        boolean done =
                change(
                        database,
                        connection -> {
                            boolean known =
                                    OperationsTable.decision(connection, trace).isPresent()
                                            || !OperationsTable.branches(connection, trace)
                                                    .isEmpty();
                            if (!known) {
                                throw nobody(trace);
                            }
                            long now = OperationsTable.now(connection, dialect);
                            boolean changed = change.with(connection, now);
                            if (changed) {
                                OperationsTable.record(connection, trace, now, what, by);
                            }
                            return changed;
                        });
        suspensions.forget();
        return done;
    }

    private RefusedException nobody(TraceNumber trace) {
        return new RefusedException(
                OutcomeCode.UNKNOWN_TRANSACTION, service + " has no record of " + trace);
    }

    /**
     * Proposes how a branch is to end that the protocol cannot end, once its correction was made by
     * hand. Nothing happens until another operator approves.
     *
     * @param verdict how it is to end: as was decided
     * @param evidence where the correction is recorded
     * @throws RefusedException with {@link OutcomeCode#AGAINST_DECISION} where it was decided
     *     otherwise, with {@link OutcomeCode#NOT_TO_BE_RESOLVED} where it ends by itself or is to
     *     be suspended first
     */
    public ServiceProposal propose(
            TraceNumber trace, int branch, BranchState verdict, String evidence, ServiceOperator by)
            throws SQLException {
        return resolutions.propose(trace, branch, verdict, evidence, by);
    }

    /**
     * Approves what another operator proposed: what it says is done in the same commit. The same
     * approval again is answered as before.
     *
     * @param digest of the proposal that was read
     */
    public ServiceProposal approve(long id, long digest, ServiceOperator by) throws SQLException {
        return resolutions.approve(id, digest, by);
    }

    /** Rejects a proposal, or withdraws one's own. */
    public ServiceProposal reject(long id, ServiceOperator by) throws SQLException {
        return resolutions.reject(id, by);
    }

    /** What waits for a second operator. */
    public List<ServiceProposal> proposals() throws SQLException {
        return read(
                database,
                connection ->
                        OperationsTable.openProposals(
                                connection, OperationsTable.now(connection, dialect)));
    }
}

package io.feiqian.participant;

import io.feiqian.participant.ServicePicture.Change;
import io.feiqian.participant.ServicePicture.Suspension;
import io.feiqian.participant.ServiceProposal.State;
import io.feiqian.participant.ServiceProposal.Way;
import io.feiqian.participant.ServiceRecord.Times;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The statements behind {@link ServiceOperations}; plain enough for any database. Stateless. */
final class OperationsTable {
    private static final String DECISION =
            "select d.trace_head, d.trace_serial, d.attempt, d.state, d.digest, d.business_date,"
                    + " d.branches, d.outcome, d.message, d.acknowledged, d.decided_at,"
                    + " d.finished_at from %s d ";

    private static final String BRANCH =
            "select b.trace_head, b.trace_serial, b.attempt, b.branch, b.kind, b.state,"
                    + " b.initiator, b.digest, b.business_date, b.action, b.outcome, b.message,"
                    + " b.decide_by, b.finished_at from %s b ";

    private static final String NEWEST =
            "(select * from %s order by trace_serial desc, trace_head desc limit 10000)";

    private static final String OF_TRACE = " where %1$s.trace_serial = ? and %1$s.trace_head = ?";

    private static final String PROPOSAL =
            "select id, trace_head, trace_serial, attempt, branch, initiator, branch_digest,"
                    + " business_date, way, verdict, found, evidence, proposed_at, operator,"
                    + " reason, state, decider, decider_reason, decided_at, digest"
                    + " from feiqian_proposal ";

    private OperationsTable() {}

    /** A decision or a branch with its times. */
    record Timed<T>(T row, long since, long finishedAt) {
        Times at(long now) {
            return new Times(since, finishedAt, now);
        }
    }

    /** What is read of one row of a query. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private static <T> List<T> query(
            Connection connection, String sql, Reader<T> reader, Object... arguments)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            bind(query, arguments);
            List<T> rows = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.add(reader.read(row));
                }
            }
            return rows;
        }
    }

    private static int update(Connection connection, String sql, Object... arguments)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            bind(update, arguments);
            return update.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, Object... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
    }

    /** The database's clock, in milliseconds since 1970. */
    static long now(Connection connection, Dialect dialect) throws SQLException {
        return query(connection, "select " + dialect.now(), row -> row.getLong(1)).get(0);
    }

    static List<Timed<DecisionRow>> unfinishedDecisions(
            Connection connection, long before, int most) throws SQLException {
        return query(
                connection,
                DECISION.formatted("feiqian_decision")
                        + "where d.finished_at is null and d.decided_at <= ?"
                        + " order by d.decided_at limit "
                        + most,
                OperationsTable::decision,
                before);
    }

    static List<Timed<BranchRow>> unfinishedBranches(Connection connection, long before, int most)
            throws SQLException {
        return query(
                connection,
                BRANCH.formatted("feiqian_branch")
                        + "where b.state = 1 and b.decide_by <= ? order by b.decide_by limit "
                        + most,
                OperationsTable::branch,
                before);
    }

    /** Those of a state among the newest by their key, the newest first. */
    static List<Timed<DecisionRow>> newestDecisions(Connection connection, DecisionState state)
            throws SQLException {
        return query(
                connection,
                DECISION.formatted(NEWEST.formatted("feiqian_decision"))
                        + "where d.state = ? order by d.decided_at desc",
                OperationsTable::decision,
                state.number());
    }

    static List<Timed<BranchRow>> newestBranches(Connection connection, BranchState state)
            throws SQLException {
        return query(
                connection,
                BRANCH.formatted(NEWEST.formatted("feiqian_branch"))
                        + "where b.state = ? order by b.finished_at desc",
                OperationsTable::branch,
                state.number());
    }

    static Optional<Timed<DecisionRow>> decision(Connection connection, TraceNumber trace)
            throws SQLException {
        return query(
                        connection,
                        DECISION.formatted("feiqian_decision") + OF_TRACE.formatted("d"),
                        OperationsTable::decision,
                        trace.serial(),
                        trace.head())
                .stream()
                .findFirst();
    }

    static List<Timed<BranchRow>> branches(Connection connection, TraceNumber trace)
            throws SQLException {
        return query(
                connection,
                BRANCH.formatted("feiqian_branch")
                        + OF_TRACE.formatted("b")
                        + " order by b.attempt, b.branch",
                OperationsTable::branch,
                trace.serial(),
                trace.head());
    }

    /** How many of the newest decisions are in which state, and whether they are finished. */
    static List<ServiceTotals.Ended> newest(Connection connection) throws SQLException {
        return query(
                connection,
                "select d.state, d.unfinished, count(*) from (select state, case when finished_at"
                        + " is null then 1 else 0 end as unfinished from feiqian_decision"
                        + " order by trace_serial desc, trace_head desc limit 10000) d"
                        + " group by d.state, d.unfinished order by d.state, d.unfinished",
                row -> {
                    DecisionState state = DecisionState.ofNumber(row.getInt(1));
                    String done = row.getInt(2) == 0 ? "SETTLED" : "DECIDED";
                    return new ServiceTotals.Ended(
                            state == DecisionState.COMMITTED ? done : state.name(), row.getLong(3));
                });
    }

    static Map<TraceNumber, Suspension> suspensions(Connection connection) throws SQLException {
        Map<TraceNumber, Suspension> all = new HashMap<>();
        query(
                        connection,
                        "select trace_head, trace_serial, since, operator, reason"
                                + " from feiqian_suspension",
                        row ->
                                Map.entry(
                                        new TraceNumber(row.getLong(1), row.getLong(2)),
                                        new Suspension(
                                                row.getLong(3),
                                                new ServiceOperator(
                                                        row.getString(4), row.getString(5)))))
                .forEach(each -> all.put(each.getKey(), each.getValue()));
        return all;
    }

    static void suspend(Connection connection, TraceNumber trace, long now, ServiceOperator by)
            throws SQLException {
        update(
                connection,
                "insert into feiqian_suspension (trace_head, trace_serial, since, operator, reason)"
                        + " values (?, ?, ?, ?, ?)",
                trace.head(),
                trace.serial(),
                now,
                by.name(),
                by.reason());
    }

    static boolean resume(Connection connection, TraceNumber trace) throws SQLException {
        return update(
                        connection,
                        "delete from feiqian_suspension where trace_head = ? and trace_serial = ?",
                        trace.head(),
                        trace.serial())
                == 1;
    }

    /** The branches that two operators took for finished at their decision. */
    static Set<BranchKey> endedByHand(Connection connection) throws SQLException {
        return new HashSet<>(
                query(
                        connection,
                        "select trace_head, trace_serial, attempt, branch from feiqian_proposal"
                                + " where state = 2 and way = 2",
                        row -> key(row, 1)));
    }

    /** The next number of a table whose rows are few and never deleted. */
    static long nextId(Connection connection, String table) throws SQLException {
        return query(
                        connection,
                        "select coalesce(max(id), 0) + 1 from " + table,
                        row -> row.getLong(1))
                .get(0);
    }

    static void record(
            Connection connection, TraceNumber trace, long now, String what, ServiceOperator by)
            throws SQLException {
        update(
                connection,
                "insert into feiqian_change (id, trace_head, trace_serial, changed_at, what,"
                        + " operator, reason) values (?, ?, ?, ?, ?, ?, ?)",
                nextId(connection, "feiqian_change"),
                trace.head(),
                trace.serial(),
                now,
                what,
                by.name(),
                by.reason());
    }

    static List<Change> changes(Connection connection, TraceNumber trace) throws SQLException {
        return query(
                connection,
                "select changed_at, what, operator, reason from feiqian_change c"
                        + OF_TRACE.formatted("c")
                        + " order by id",
                row ->
                        new Change(
                                row.getLong(1),
                                row.getString(2),
                                new ServiceOperator(row.getString(3), row.getString(4))),
                trace.serial(),
                trace.head());
    }

    static void insert(Connection connection, ServiceProposal row) throws SQLException {
        update(
                connection,
                "insert into feiqian_proposal (id, trace_head, trace_serial, attempt, branch,"
                        + " initiator, branch_digest, business_date, way, verdict, found,"
                        + " evidence, proposed_at, expires_at, operator, reason, state, digest,"
                        + " decider, decider_reason, decided_at) values (?, ?, ?, ?, ?, ?, ?, ?,"
                        + " ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, '', '', 0)",
                row.id(),
                row.key().trace().head(),
                row.key().trace().serial(),
                row.key().attempt(),
                row.key().branch(),
                row.initiator(),
                row.branchDigest(),
                row.businessDate().number(),
                row.way().number(),
                row.verdict().number(),
                row.found().map(BranchState::number).orElse(0),
                row.evidence(),
                row.proposedAt(),
                row.expiresAt(),
                row.proposer().name(),
                row.proposer().reason(),
                row.digest());
    }

    static void decide(Connection connection, ServiceProposal row) throws SQLException {
        ServiceOperator by = row.decider().orElseThrow();
        update(
                connection,
                "update feiqian_proposal set state = ?, decider = ?, decider_reason = ?,"
                        + " decided_at = ? where id = ?",
                row.state().number(),
                by.name(),
                by.reason(),
                row.decidedAt(),
                row.id());
    }

    /** A proposal with the digest that was stored beside it, locked. */
    static Optional<Map.Entry<ServiceProposal, Long>> lockProposal(Connection connection, long id)
            throws SQLException {
        return query(
                        connection,
                        PROPOSAL + "where id = ? for update",
                        row -> Map.entry(proposal(row), row.getLong(20)),
                        id)
                .stream()
                .findFirst();
    }

    static List<ServiceProposal> proposals(Connection connection, TraceNumber trace)
            throws SQLException {
        return query(
                connection,
                PROPOSAL + "where trace_serial = ? and trace_head = ? order by id",
                OperationsTable::proposal,
                trace.serial(),
                trace.head());
    }

    static List<ServiceProposal> openProposals(Connection connection, long now)
            throws SQLException {
        return query(
                connection,
                PROPOSAL + "where state = 1 and expires_at >= ? order by id",
                OperationsTable::proposal,
                now);
    }

    private static BranchKey key(ResultSet row, int first) throws SQLException {
        return new BranchKey(
                new TraceNumber(row.getLong(first), row.getLong(first + 1)),
                row.getInt(first + 2),
                row.getInt(first + 3));
    }

    private static ServiceProposal proposal(ResultSet row) throws SQLException {
        int found = row.getInt(11);
        State state = State.ofNumber(row.getInt(16));
        return new ServiceProposal(
                row.getLong(1),
                key(row, 2),
                row.getString(6),
                row.getLong(7),
                BusinessDate.ofNumber(row.getInt(8)),
                Way.ofNumber(row.getInt(9)),
                BranchState.ofNumber(row.getInt(10)),
                found == 0 ? Optional.empty() : Optional.of(BranchState.ofNumber(found)),
                row.getString(12),
                row.getLong(13),
                new ServiceOperator(row.getString(14), row.getString(15)),
                state,
                state == State.OPEN
                        ? Optional.empty()
                        : Optional.of(new ServiceOperator(row.getString(17), row.getString(18))),
                row.getLong(19));
    }

    private static Timed<DecisionRow> decision(ResultSet row) throws SQLException {
        long finishedAt = row.getLong(12);
        boolean finished = !row.wasNull();
        DecisionRow decision =
                new DecisionRow(
                        new TraceNumber(row.getLong(1), row.getLong(2)),
                        row.getInt(3),
                        DecisionState.ofNumber(row.getInt(4)),
                        row.getLong(5),
                        BusinessDate.ofNumber(row.getInt(6)),
                        ListedBranch.read(row.getBytes(7)),
                        Outcome.of(OutcomeCode.ofNumber(row.getInt(8)), row.getString(9)),
                        Content.EMPTY,
                        row.getLong(10),
                        finished);
        return new Timed<>(decision, row.getLong(11), finishedAt);
    }

    private static Timed<BranchRow> branch(ResultSet row) throws SQLException {
        BranchRow branch =
                new BranchRow(
                        key(row, 1),
                        BranchKind.ofNumber(row.getInt(5)),
                        BranchState.ofNumber(row.getInt(6)),
                        row.getString(7),
                        row.getLong(8),
                        BusinessDate.ofNumber(row.getInt(9)),
                        row.getString(10),
                        Content.EMPTY,
                        Outcome.of(OutcomeCode.ofNumber(row.getInt(11)), row.getString(12)),
                        Content.EMPTY,
                        row.getLong(13));
        return new Timed<>(branch, row.getLong(13), row.getLong(14));
    }
}

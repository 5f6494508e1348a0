package io.feiqian.participant;

import io.feiqian.participant.Dialect.Cleaning;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The statements on {@code feiqian_decision} of one database. Immutable. */
final class DecisionTable {
    private static final String COLUMNS =
            "d.trace_head, d.trace_serial, d.attempt, d.state, d.digest, d.business_date,"
                    + " d.branches, d.outcome, d.message, d.answer, d.acknowledged,"
                    + " d.finished_at is not null";

    private static final String INSERT =
            "insert into feiqian_decision (attempt, state, digest, business_date, branches,"
                    + " outcome, message, answer, finished_at, trace_serial, trace_head,"
                    + " decided_at, acknowledged) values (?, ?, ?, ?, ?, ?, ?, ?,"
                    + " case when ? then {now} end, ?, ?, {now}, 0)";

    /** A new attempt is a compare-and-set on an aborted row to a higher attempt (attempt). */
    private static final String REPLACE =
            "update feiqian_decision set attempt = ?, state = ?, digest = ?, business_date = ?,"
                    + " branches = ?, outcome = ?, message = ?, answer = ?,"
                    + " finished_at = case when ? then {now} end, acknowledged = 0, decided_at = {now}"
                    + " where trace_serial = ? and trace_head = ? and state = 2 and attempt < ?";

    private static final String FIND =
            "select "
                    + COLUMNS
                    + " from feiqian_decision d where d.trace_serial = ? and d.trace_head = ?";

    private static final String LOCK = FIND + " for update";

    private static final String UNFINISHED =
            "select "
                    + COLUMNS
                    + ", d.decided_at from feiqian_decision d where d.finished_at is null"
                    + " and d.decided_at < {now} - ?"
                    + " and (d.decided_at, d.trace_serial, d.trace_head) > (?, ?, ?)"
                    + " order by d.decided_at, d.trace_serial, d.trace_head limit ?";

    private static final List<String> KEY = List.of("trace_serial", "trace_head");

    private static final Cleaning VOID =
            new Cleaning("feiqian_decision", KEY, "finished_at", "state = 2");

    /** What was decided stays as long as its trace number is recognised. */
    private static final Cleaning DECIDED =
            new Cleaning("feiqian_decision", KEY, "finished_at", "state in (1, 3)");

    /** What phase two has recorded of one transaction. */
    record Mark(TraceNumber trace, int attempt, long acknowledged, boolean finished) {
        /** Both of one transaction; of two attempts the higher, the lower being void. */
        Mark with(Mark other) {
            if (other.attempt != attempt) {
                return other.attempt > attempt ? other : this;
            }
            return new Mark(
                    trace, attempt, acknowledged | other.acknowledged, finished || other.finished);
        }
    }

    /** A decision whose phase two is not recorded as finished, and when it was made. */
    record Unfinished(DecisionRow row, long decidedAt) {}

    private final Dialect dialect;
    private final String insert;
    private final String insertAndCommit;
    private final String replace;
    private final String unfinished;

    DecisionTable(Dialect dialect) {
        this.dialect = dialect;
        this.insert = dialect.timed(INSERT);
        this.insertAndCommit = dialect.committing(insert);
        this.replace = dialect.timed(REPLACE);
        this.unfinished = dialect.timed(UNFINISHED);
    }

    /**
     * Writes a decision.
     *
     * @return a warning that came with the commit, where it was asked for
     */
    Optional<SQLWarning> insert(Connection connection, DecisionRow row, boolean commit)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(commit ? insertAndCommit : this.insert)) {
            bind(insert, row);
            insert.execute();
            return commit ? dialect.commitWarning(insert) : Optional.empty();
        }
    }

    /** Replaces the row of an aborted lower attempt; whether there was one. */
    boolean replace(Connection connection, DecisionRow row) throws SQLException {
        try (PreparedStatement replace = connection.prepareStatement(this.replace)) {
            bind(replace, row);
            replace.setInt(12, row.attempt());
            return replace.executeUpdate() == 1;
        }
    }

    Optional<DecisionRow> find(Connection connection, TraceNumber trace) throws SQLException {
        return find(connection, trace, FIND);
    }

    /** The same, locked. */
    Optional<DecisionRow> lock(Connection connection, TraceNumber trace) throws SQLException {
        return find(connection, trace, LOCK);
    }

    private static Optional<DecisionRow> find(Connection connection, TraceNumber trace, String sql)
            throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(sql)) {
            find.setLong(1, trace.serial());
            find.setLong(2, trace.head());
            return rows(find).stream().findFirst();
        }
    }

    void mark(Connection connection, Collection<Mark> marks) throws SQLException {
        dialect.markDecisions(connection, marks);
    }

    /** A page of unfinished decisions, the oldest first, behind the last of another page. */
    List<Unfinished> unfinished(
            Connection connection, long graceMillis, Optional<Unfinished> after, int most)
            throws SQLException {
        try (PreparedStatement unfinished = connection.prepareStatement(this.unfinished)) {
            unfinished.setLong(1, graceMillis);
            unfinished.setLong(2, after.map(Unfinished::decidedAt).orElse(Long.MIN_VALUE));
            unfinished.setLong(3, after.map(last -> last.row().trace().serial()).orElse(0L));
            unfinished.setLong(4, after.map(last -> last.row().trace().head()).orElse(0L));
            unfinished.setInt(5, most);
            List<Unfinished> page = new ArrayList<>();
            try (ResultSet row = unfinished.executeQuery()) {
                while (row.next()) {
                    page.add(new Unfinished(row(row), row.getLong(13)));
                }
            }
            return page;
        }
    }

    /** Deletes finished rows of these ages, aborted and decided ones; how many. */
    int clean(Connection connection, long voidMillis, long decidedMillis, long oldestHead, int most)
            throws SQLException {
        return dialect.clean(connection, VOID, voidMillis, most)
                + dialect.clean(connection, DECIDED.datedBelow(oldestHead), decidedMillis, most);
    }

    private static void bind(PreparedStatement statement, DecisionRow row) throws SQLException {
        statement.setInt(1, row.attempt());
        statement.setInt(2, row.state().number());
        statement.setLong(3, row.digest());
        statement.setInt(4, row.businessDate().number());
        statement.setBytes(5, ListedBranch.write(row.branches()));
        statement.setInt(6, row.outcome().code().number());
        statement.setString(7, Texts.fit(row.outcome().message()));
        statement.setBytes(8, row.answer().bytes());
        statement.setBoolean(9, row.finished());
        statement.setLong(10, row.trace().serial());
        statement.setLong(11, row.trace().head());
    }

    private static List<DecisionRow> rows(PreparedStatement query) throws SQLException {
        List<DecisionRow> rows = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                rows.add(row(row));
            }
        }
        return rows;
    }

    private static DecisionRow row(ResultSet row) throws SQLException {
        return new DecisionRow(
                new TraceNumber(row.getLong(1), row.getLong(2)),
                row.getInt(3),
                DecisionState.ofNumber(row.getInt(4)),
                row.getLong(5),
                BusinessDate.ofNumber(row.getInt(6)),
                ListedBranch.read(row.getBytes(7)),
                Outcome.of(OutcomeCode.ofNumber(row.getInt(8)), row.getString(9)),
                Content.of(row.getBytes(10)),
                row.getLong(11),
                row.getBoolean(12));
    }
}

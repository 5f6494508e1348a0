package io.feiqian.participant;

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

/** The statements on {@code feiqian_decision}. Stateless. */
final class DecisionTable {
    private static final String NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    private static final String COLUMNS =
            "d.trace_head, d.trace_serial, d.attempt, d.state, d.digest, d.business_date,"
                    + " d.branches, d.outcome, d.message, d.answer, d.acknowledged,"
                    + " d.finished_at is not null";

    private static final String INSERT =
            "insert into feiqian_decision (attempt, state, digest, business_date, branches,"
                    + " outcome, message, answer, finished_at, trace_serial, trace_head,"
                    + " decided_at, acknowledged) values (?, ?, ?, ?, ?, ?, ?, ?,"
                    + " case when ? then "
                    + NOW
                    + " end, ?, ?, "
                    + NOW
                    + ", 0)";

    /** One round trip instead of two: the decision is the last thing that a commit writes. */
    private static final String INSERT_AND_COMMIT = INSERT + "; commit";

    /** A new attempt is a compare-and-set on an aborted row to a higher attempt (attempt). */
    private static final String REPLACE =
            "update feiqian_decision set attempt = ?, state = ?, digest = ?, business_date = ?,"
                    + " branches = ?, outcome = ?, message = ?, answer = ?,"
                    + " finished_at = case when ? then "
                    + NOW
                    + " end, acknowledged = 0, decided_at = "
                    + NOW
                    + " where trace_serial = ? and trace_head = ? and state = 2 and attempt < ?";

    private static final String FIND =
            "select "
                    + COLUMNS
                    + " from feiqian_decision d where d.trace_serial = ? and d.trace_head = ?";

    private static final String LOCK = FIND + " for update";

    private static final String MARK =
            "update feiqian_decision d set acknowledged = d.acknowledged | u.acknowledged,"
                    + " finished_at = case when u.finished then "
                    + NOW
                    + " end from unnest(?::bigint[], ?::bigint[], ?::int[], ?::bigint[],"
                    + " ?::boolean[]) as u(head, serial, attempt, acknowledged, finished)"
                    + " where d.trace_serial = u.serial and d.trace_head = u.head"
                    + " and d.attempt = u.attempt and d.finished_at is null";

    private static final String UNFINISHED =
            "select "
                    + COLUMNS
                    + ", d.decided_at from feiqian_decision d where d.finished_at is null"
                    + " and d.decided_at < "
                    + NOW
                    + " - ? and (d.decided_at, d.trace_serial, d.trace_head) > (?, ?, ?)"
                    + " order by d.decided_at, d.trace_serial, d.trace_head limit ?";

    private static final String CLEAN =
            "delete from feiqian_decision where ctid = any(array(select ctid from feiqian_decision"
                    + " where %s and finished_at < "
                    + NOW
                    + " - ? limit ? for update skip locked))";

    private static final String CLEAN_VOID = CLEAN.formatted("state = 2");

    /** What was decided stays as long as its trace number is recognised. */
    private static final String CLEAN_DECIDED = CLEAN.formatted("state <> 2");

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

    private DecisionTable() {}

    /**
     * Writes a decision.
     *
     * @return a warning that came with the commit, where it was asked for
     */
    static Optional<SQLWarning> insert(Connection connection, DecisionRow row, boolean commit)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(commit ? INSERT_AND_COMMIT : INSERT)) {
            bind(insert, row);
            insert.execute();
            return Optional.ofNullable(insert.getWarnings());
        }
    }

    /** Replaces the row of an aborted lower attempt; whether there was one. */
    static boolean replace(Connection connection, DecisionRow row) throws SQLException {
        try (PreparedStatement replace = connection.prepareStatement(REPLACE)) {
            bind(replace, row);
            replace.setInt(12, row.attempt());
            return replace.executeUpdate() == 1;
        }
    }

    static Optional<DecisionRow> find(Connection connection, TraceNumber trace)
            throws SQLException {
        return find(connection, trace, FIND);
    }

    /** The same, locked. */
    static Optional<DecisionRow> lock(Connection connection, TraceNumber trace)
            throws SQLException {
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

    static void mark(Connection connection, Collection<Mark> marks) throws SQLException {
        try (PreparedStatement mark = connection.prepareStatement(MARK)) {
            mark.setArray(1, array(mark, "bigint", marks.stream().map(m -> m.trace().head())));
            mark.setArray(2, array(mark, "bigint", marks.stream().map(m -> m.trace().serial())));
            mark.setArray(3, array(mark, "int", marks.stream().map(Mark::attempt)));
            mark.setArray(4, array(mark, "bigint", marks.stream().map(Mark::acknowledged)));
            mark.setArray(5, array(mark, "boolean", marks.stream().map(Mark::finished)));
            mark.executeUpdate();
        }
    }

    /** A page of unfinished decisions, the oldest first, behind the last of another page. */
    static List<Unfinished> unfinished(
            Connection connection, long graceMillis, Optional<Unfinished> after, int most)
            throws SQLException {
        try (PreparedStatement unfinished = connection.prepareStatement(UNFINISHED)) {
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
    static int clean(Connection connection, long voidMillis, long decidedMillis, int most)
            throws SQLException {
        return clean(connection, CLEAN_VOID, voidMillis, most)
                + clean(connection, CLEAN_DECIDED, decidedMillis, most);
    }

    private static int clean(Connection connection, String sql, long ageMillis, int most)
            throws SQLException {
        try (PreparedStatement clean = connection.prepareStatement(sql)) {
            clean.setLong(1, ageMillis);
            clean.setInt(2, most);
            return clean.executeUpdate();
        }
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

    private static java.sql.Array array(
            PreparedStatement statement, String type, java.util.stream.Stream<?> values)
            throws SQLException {
        return statement.getConnection().createArrayOf(type, values.toArray());
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

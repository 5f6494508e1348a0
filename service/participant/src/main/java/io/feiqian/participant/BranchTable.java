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

/** The statements on {@code feiqian_branch} of one database. Immutable. */
final class BranchTable {
    private static final String COLUMNS =
            "b.trace_head, b.trace_serial, b.attempt, b.branch, b.kind, b.state, b.initiator,"
                    + " b.digest, b.business_date, b.action, b.content, b.outcome, b.message,"
                    + " b.answer, b.decide_by";

    private static final String INSERT =
            "insert into feiqian_branch (trace_head, trace_serial, attempt, branch, kind, state,"
                    + " initiator, digest, business_date, action, content, outcome, message,"
                    + " answer, decide_by, finished_at)"
                    + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {now} + ?,"
                    + " case when ? then null else {now} end)";

    private static final String REVERSED =
            "update feiqian_branch set kind = 6 where trace_serial = ? and trace_head = ? and"
                    + " attempt = ? and branch = ?";

    private static final String FIND =
            "select "
                    + COLUMNS
                    + " from feiqian_branch b where b.trace_serial = ? and b.trace_head = ? and"
                    + " b.attempt = ? and b.branch = ?";

    private static final String OVERDUE =
            "select "
                    + COLUMNS
                    + " from feiqian_branch b where b.state = 1 and b.decide_by < {now} - ?"
                    + " and (b.decide_by, b.trace_serial, b.trace_head, b.attempt, b.branch)"
                    + " > (?, ?, ?, ?, ?) order by b.decide_by, b.trace_serial, b.trace_head,"
                    + " b.attempt, b.branch limit ?";

    private static final List<String> KEY =
            List.of("trace_serial", "trace_head", "attempt", "branch");

    /** Kept for days, a row that refuses a late try outlives the try's deadline by far. */
    private static final Cleaning VOID =
            new Cleaning("feiqian_branch", KEY, "finished_at", "state > 2");

    /**
     * What was confirmed stays as decisions do: only its row tells a confirm or a message that
     * comes again from a new one. By the date of its number too, which may have been ahead of the
     * clock: a number that is recognised has its rows.
     */
    private static final Cleaning CONFIRMED =
            new Cleaning("feiqian_branch", KEY, "finished_at", "state = 2");

    private final Dialect dialect;
    private final String insert;
    private final String insertAndCommit;
    private final String overdue;

    BranchTable(Dialect dialect) {
        this.dialect = dialect;
        this.insert = dialect.timed(INSERT);
        this.insertAndCommit = dialect.committing(insert);
        this.overdue = dialect.timed(OVERDUE);
    }

    /**
     * Writes a new row whose deadline is so far from now.
     *
     * @return a warning that came with the commit, where it was asked for
     */
    Optional<SQLWarning> insert(
            Connection connection, BranchRow row, long remainingMillis, boolean commit)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(commit ? insertAndCommit : this.insert)) {
            insert.setLong(1, row.key().trace().head());
            insert.setLong(2, row.key().trace().serial());
            insert.setInt(3, row.key().attempt());
            insert.setInt(4, row.key().branch());
            insert.setInt(5, row.kind().number());
            insert.setInt(6, row.state().number());
            insert.setString(7, row.initiator());
            insert.setLong(8, row.digest());
            insert.setInt(9, row.businessDate().number());
            insert.setString(10, row.action());
            insert.setBytes(11, row.content().bytes());
            insert.setInt(12, row.outcome().code().number());
            insert.setString(13, Texts.fit(row.outcome().message()));
            insert.setBytes(14, row.answer().bytes());
            insert.setLong(15, remainingMillis);
            insert.setBoolean(16, row.state() == BranchState.TRIED);
            insert.execute();
            return commit ? dialect.commitWarning(insert) : Optional.empty();
        }
    }

    /** The rows of these keys, locked, in the order of their keys. */
    List<BranchRow> lock(Connection connection, Collection<BranchKey> keys, long timeoutMillis)
            throws SQLException {
        return dialect.lockBranches(connection, COLUMNS, keys, timeoutMillis, BranchTable::rows);
    }

    /** Ends the bound of {@link #lock}; the transaction is over. */
    void unbound(Connection connection) throws SQLException {
        dialect.unbound(connection);
    }

    /** Notes that the effect of a message was taken back. */
    void markReversed(Connection connection, BranchKey key) throws SQLException {
        try (PreparedStatement mark = connection.prepareStatement(REVERSED)) {
            mark.setLong(1, key.trace().serial());
            mark.setLong(2, key.trace().head());
            mark.setInt(3, key.attempt());
            mark.setInt(4, key.branch());
            mark.executeUpdate();
        }
    }

    /** Writes new rows that are finished already. */
    void insertAll(Connection connection, Collection<BranchRow> rows) throws SQLException {
        for (BranchRow row : rows) {
            insert(connection, row, 0, false);
        }
    }

    /** Ends rows that are locked. */
    void finish(Connection connection, Collection<BranchKey> keys, BranchState state)
            throws SQLException {
        int changed = dialect.finishBranches(connection, keys, state);
        if (changed != keys.size()) {
            throw new IllegalStateException(
                    "branches: %d (expected: the %d that are locked)"
                            .formatted(changed, keys.size()));
        }
    }

    Optional<BranchRow> find(Connection connection, BranchKey key) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(FIND)) {
            find.setLong(1, key.trace().serial());
            find.setLong(2, key.trace().head());
            find.setInt(3, key.attempt());
            find.setInt(4, key.branch());
            return rows(find).stream().findFirst();
        }
    }

    /** A page of overdue branches, the longest overdue first, behind the last row of another. */
    List<BranchRow> overdue(
            Connection connection, long graceMillis, Optional<BranchRow> after, int most)
            throws SQLException {
        try (PreparedStatement overdue = connection.prepareStatement(this.overdue)) {
            overdue.setLong(1, graceMillis);
            overdue.setLong(2, after.map(BranchRow::decideBy).orElse(Long.MIN_VALUE));
            overdue.setLong(3, after.map(row -> row.key().trace().serial()).orElse(0L));
            overdue.setLong(4, after.map(row -> row.key().trace().head()).orElse(0L));
            overdue.setInt(5, after.map(row -> row.key().attempt()).orElse(0));
            overdue.setInt(6, after.map(row -> row.key().branch()).orElse(0));
            overdue.setInt(7, most);
            return rows(overdue);
        }
    }

    /**
     * Deletes finished rows of these ages, void ones and, of trace numbers below this head,
     * confirmed ones; how many.
     */
    int clean(
            Connection connection, long voidMillis, long confirmedMillis, long oldestHead, int most)
            throws SQLException {
        return dialect.clean(connection, VOID, voidMillis, most)
                + dialect.clean(
                        connection, CONFIRMED.datedBelow(oldestHead), confirmedMillis, most);
    }

    private static List<BranchRow> rows(PreparedStatement query) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            return rows(rows);
        }
    }

    private static List<BranchRow> rows(ResultSet row) throws SQLException {
        List<BranchRow> rows = new ArrayList<>();
        while (row.next()) {
            rows.add(row(row));
        }
        return rows;
    }

    private static BranchRow row(ResultSet row) throws SQLException {
        BranchKey key =
                new BranchKey(
                        new TraceNumber(row.getLong(1), row.getLong(2)),
                        row.getInt(3),
                        row.getInt(4));
        return new BranchRow(
                key,
                BranchKind.ofNumber(row.getInt(5)),
                BranchState.ofNumber(row.getInt(6)),
                row.getString(7),
                row.getLong(8),
                BusinessDate.ofNumber(row.getInt(9)),
                row.getString(10),
                Content.of(row.getBytes(11)),
                Outcome.of(OutcomeCode.ofNumber(row.getInt(12)), row.getString(13)),
                Content.of(row.getBytes(14)),
                row.getLong(15));
    }
}

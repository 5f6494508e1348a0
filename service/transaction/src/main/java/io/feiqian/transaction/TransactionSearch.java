package io.feiqian.transaction;

import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds decisions and branches for a cell's operators, on a connection that the caller brings
 * (P6.3.3-c, B11.3-a). Each look costs the same however many are finished: what is unfinished has
 * an index of its own, and the newest are the end of the key, which begins with a number that grows
 * with time. Stateless; the rows may be history by the time they are shown.
 */
public final class TransactionSearch {
    private static final Duration HOWEVER_YOUNG = Duration.ofDays(-1_000);

    private static final String NEWEST_DECISIONS =
            "select "
                    + TransactionSql.DECISION_COLUMNS
                    + " from decision d order by d.trace_serial desc limit ?";

    private static final String NEWEST_BRANCHES =
            "select "
                    + TransactionSql.BRANCH_COLUMNS
                    + " from branch b order by b.trace_serial desc limit ?";

    private static final String DECISION_OF =
            "select "
                    + TransactionSql.DECISION_COLUMNS
                    + " from decision d where d.trace_serial = ? and d.trace_head = ?";

    private static final String BRANCHES_OF =
            "select "
                    + TransactionSql.BRANCH_COLUMNS
                    + " from branch b where b.trace_serial = ? and b.trace_head = ?"
                    + " order by b.attempt, b.branch";

    /**
     * What was found.
     *
     * @param decisions of transactions that this cell began, or took over
     * @param branches this cell's parts in others'
     * @param databaseMillis what the database's clock showed, milliseconds since 1970
     */
    public record Rows(List<Decision> decisions, List<Branch> branches, long databaseMillis) {}

    private TransactionSearch() {}

    /**
     * What is unfinished, oldest first.
     *
     * @param overdueSince how long its time to be decided has been over; zero for all
     * @param atMost the most of each kind
     */
    public static Rows unfinished(Connection connection, Duration overdueSince, int atMost)
            throws SQLException {
        long grace = (overdueSince.isZero() ? HOWEVER_YOUNG : overdueSince).toMillis();
        return rows(
                connection,
                TransactionSql.UNFINISHED_DECISIONS,
                TransactionSql.OVERDUE_BRANCHES,
                grace,
                atMost);
    }

    /** The newest of each kind, newest first, finished or not. */
    public static Rows newest(Connection connection, int atMost) throws SQLException {
        return rows(connection, NEWEST_DECISIONS, NEWEST_BRANCHES, atMost);
    }

    /** Everything that this cell has on record of one transaction. */
    public static Rows of(Connection connection, TraceNumber trace) throws SQLException {
        return rows(connection, DECISION_OF, BRANCHES_OF, trace.serial(), trace.head());
    }

    /** What the database's clock shows, milliseconds since 1970. */
    public static long now(Connection connection) throws SQLException {
        long[] now = new long[1];
        query(connection, TransactionSql.CLOCK, row -> now[0] = row.getLong(1));
        return now[0];
    }

    private static Rows rows(
            Connection connection, String ofDecisions, String ofBranches, long... parameters)
            throws SQLException {
        List<Decision> decisions = new ArrayList<>();
        List<Branch> branches = new ArrayList<>();
        query(
                connection,
                ofDecisions,
                row -> decisions.add(TransactionSql.decision(row)),
                parameters);
        query(connection, ofBranches, row -> branches.add(TransactionSql.branch(row)), parameters);
        return new Rows(decisions, branches, now(connection));
    }

    private interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    private static void query(Connection connection, String sql, Reader reader, long... parameters)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                select.setLong(i + 1, parameters[i]);
            }
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    reader.read(row);
                }
            }
        }
    }
}

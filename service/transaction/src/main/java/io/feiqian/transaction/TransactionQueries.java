package io.feiqian.transaction;

import io.feiqian.vocabulary.TraceNumber;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads of a cell's decisions and branches for its operators, on a connection that the caller
 * brings. Stateless.
 */
public final class TransactionQueries {
    private static final String COUNTS =
            """
            select (select count(*) from decision where finished_at is null),
                (select count(*) from branch where state = 1)\
            """;

    private static final String DECIDED =
            "select "
                    + TransactionSql.DECISION_COLUMNS
                    + " from decision d where d.finished_at is null and d.state = 1"
                    + " order by d.trace_head, d.trace_serial limit ?";

    private static final String FINISHED =
            """
            select d.trace_head, d.trace_serial
            from unnest(?::bigint[], ?::bigint[]) as k(head, serial)
            join decision d on d.trace_head = k.head and d.trace_serial = k.serial
            where d.finished_at is not null\
            """;

    /**
     * How much is unfinished.
     *
     * @param decisions decisions of which some branch is not durably finished
     * @param branches branches that wait for their decision
     */
    public record Unfinished(long decisions, long branches) {}

    private TransactionQueries() {}

    /** How much is unfinished now. */
    public static Unfinished unfinished(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(COUNTS);
                ResultSet row = select.executeQuery()) {
            row.next();
            return new Unfinished(row.getLong(1), row.getLong(2));
        }
    }

    /** Which of these transactions have a decision here of which every branch is finished. */
    static Set<TraceNumber> finishedOf(Connection connection, List<TraceNumber> traces)
            throws SQLException {
        Set<TraceNumber> found = new HashSet<>();
        if (traces.isEmpty()) {
            return found;
        }
        try (PreparedStatement select = connection.prepareStatement(FINISHED)) {
            select.setArray(1, array(connection, traces, TraceNumber::head));
            select.setArray(2, array(connection, traces, TraceNumber::serial));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(new TraceNumber(row.getLong(1), row.getLong(2)));
                }
            }
        }
        return found;
    }

    private static Array array(
            Connection connection, List<TraceNumber> traces, Function<TraceNumber, Long> half)
            throws SQLException {
        return connection.createArrayOf("bigint", traces.stream().map(half).toArray());
    }

    /** Committed decisions whose branches are not all known to be confirmed; at most so many. */
    public static List<Decision> decidedOnly(Connection connection, int limit) throws SQLException {
        List<Decision> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(DECIDED)) {
            select.setInt(1, limit);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(TransactionSql.decision(row));
                }
            }
        }
        return found;
    }
}

package io.feiqian.transaction;

import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A row which says that no instance of a cell is to drive a transaction until an operator resumes
 * it (P6.3.3-d). It stops repetitions only: what others send is answered as ever, no decision is
 * changed, and no row of the transaction is cleaned away meanwhile. Immutable.
 *
 * @param trace the transaction
 * @param operator who suspended it
 * @param reason why
 * @param sinceMillis milliseconds since 1970 by the database's clock
 */
public record Suspension(TraceNumber trace, String operator, String reason, long sinceMillis) {
    private static final String INSERT =
            "insert into suspension (trace_head, trace_serial, since, operator, reason) values (?,"
                    + " ?, "
                    + TransactionSql.NOW
                    + ", ?, ?) on conflict do nothing";

    private static final String DELETE =
            "delete from suspension where trace_head = ? and trace_serial = ?";

    private static final String FIND =
            "select operator, reason, since from suspension where trace_head = ? and trace_serial ="
                    + " ?";

    private static final String ALL = "select trace_head, trace_serial from suspension";

    /**
     * Suspends a transaction in the caller's database transaction.
     *
     * @return false where it was suspended already: the first operator and reason stay
     */
    public static boolean begin(
            Connection connection, TraceNumber trace, String operator, String reason)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setLong(1, trace.head());
            insert.setLong(2, trace.serial());
            insert.setString(3, operator);
            insert.setString(4, reason);
            return insert.executeUpdate() > 0;
        }
    }

    /**
     * Ends a suspension in the caller's database transaction.
     *
     * @return false where there was none
     */
    public static boolean end(Connection connection, TraceNumber trace) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            delete.setLong(1, trace.head());
            delete.setLong(2, trace.serial());
            return delete.executeUpdate() > 0;
        }
    }

    /** The suspension of this transaction in this cell, if there is one. */
    public static Optional<Suspension> find(Connection connection, TraceNumber trace)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setLong(1, trace.head());
            select.setLong(2, trace.serial());
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new Suspension(
                                        trace, row.getString(1), row.getString(2), row.getLong(3)))
                        : Optional.empty();
            }
        }
    }

    /** All that are suspended in this cell. */
    static Set<TraceNumber> all(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ALL);
                ResultSet row = select.executeQuery()) {
            Set<TraceNumber> found = new HashSet<>();
            while (row.next()) {
                found.add(new TraceNumber(row.getLong(1), row.getLong(2)));
            }
            return found;
        }
    }
}

package io.feiqian.storage;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The business day of a cell (business-date). It is changed under the cell-wide lock that every
 * local commit holds shared, so no commit straddles the change. Thread-safe.
 */
public final class BusinessDays {
    /**
     * The days of a cell.
     *
     * @param open the day that new transactions are given
     * @param closedThrough the last day that is closed; before {@code open}
     */
    public record Days(BusinessDate open, BusinessDate closedThrough) {}

    /** What is written in the transaction that changes the day. */
    @FunctionalInterface
    public interface Alongside {
        /** Writes on the transaction's connection, which it must leave open. */
        void write(Connection connection, Days before) throws SQLException;
    }

    private final CellDatabase database;

    BusinessDays(CellDatabase database) {
        this.database = database;
    }

    /** Opens this day in a cell that has none yet; without effect in any other. */
    public void initialise(BusinessDate first) {
        try (Connection connection = database.pool().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement(
                                "insert into business_day (open_day, closed_through)"
                                        + " values (?, ?) on conflict (only_one) do nothing")) {
            insert.setInt(1, first.number());
            insert.setInt(2, first.plusDays(-1).number());
            insert.executeUpdate();
        } catch (SQLException failed) {
            throw new StorageException("business_day: cannot be written", failed);
        }
    }

    /** The days now; for display, since only a commit's own reading is fenced. */
    public Days current() {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement()) {
            return read(statement);
        } catch (SQLException failed) {
            throw new StorageException("business_day: cannot be read", failed);
        }
    }

    /**
     * Opens a later day. Commits that have begun end under the day they read; this waits for them,
     * and later ones see the new day. Setting the day that is open already is accepted.
     */
    public Outcome open(BusinessDate day) {
        return open(day, (connection, before) -> {});
    }

    /** The same, with what belongs to the change in the same transaction (the first law). */
    public Outcome open(BusinessDate day, Alongside alongside) {
        return change(
                day,
                "update business_day set open_day = ?, changed_at = clock_timestamp()",
                days -> day.compareTo(days.open()) >= 0,
                "after the open day",
                alongside);
    }

    /** Closes all days up to this one, which must be before the open day. */
    public Outcome closeThrough(BusinessDate day) {
        return change(
                day,
                "update business_day set closed_through = ?, changed_at = clock_timestamp()",
                days -> day.compareTo(days.closedThrough()) >= 0 && day.compareTo(days.open()) < 0,
                "after the closed and before the open day",
                (connection, before) -> {});
    }

    private Outcome change(
            BusinessDate day,
            String update,
            java.util.function.Predicate<Days> allowed,
            String expected,
            Alongside alongside) {
        return ExclusiveChange.run(
                database,
                new int[] {Fence.DAY_LOCK},
                connection -> {
                    Days days;
                    try (Statement statement = connection.createStatement()) {
                        days = read(statement);
                    }
                    if (!allowed.test(days)) {
                        return Outcome.refused(
                                OutcomeCode.DATE_NOT_FORWARD,
                                "business date: %s (expected: %s; open %s, closed through %s)"
                                        .formatted(day, expected, days.open, days.closedThrough));
                    }
                    try (PreparedStatement statement = connection.prepareStatement(update)) {
                        statement.setInt(1, day.number());
                        statement.executeUpdate();
                    }
                    alongside.write(connection, days);
                    return Outcome.accepted();
                });
    }

    private static Days read(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(Fence.READ_DAY)) {
            if (!row.next()) {
                throw new SQLException("business_day: no row (expected: one)", "FQ002");
            }
            return new Days(
                    BusinessDate.ofNumber(row.getInt(1)), BusinessDate.ofNumber(row.getInt(2)));
        }
    }
}

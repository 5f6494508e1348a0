package io.feiqian.ledger;

import io.feiqian.vocabulary.BusinessDate;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The journal's partitions: one per month of the date in the trace number, made before the first
 * row can need them. To be called when a cell starts and before its business date is set forward.
 *
 * <p>Safe with any number of instances at once, and beside running batches: a month's table is made
 * by itself and then attached, which does not stop inserts.
 */
public final class JournalPartitions {
    /** Keeps two instances from making the same month; any fixed number that nobody else uses. */
    private static final long LOCK = 0x4a4f_5552_4e41_4cL;

    private static final long HEADS_PER_DAY = 10_000_000L;

    private JournalPartitions() {}

    /**
     * Makes the partitions that trace numbers can fall into while {@code today} is the business
     * date: from the oldest that is recognised to two months ahead. Commits nothing unless the
     * connection is in auto-commit mode, in which it runs as one transaction of its own.
     *
     * @return the months that were made, such as {@code 2026-01}
     */
    public static List<String> ensure(Connection connection, LedgerRules rules, BusinessDate today)
            throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            List<String> made = makeMissing(connection, rules, today);
            if (autoCommit) {
                connection.commit();
            }
            return made;
        } catch (SQLException fault) {
            if (autoCommit) {
                connection.rollback();
            }
            throw fault;
        } finally {
            connection.setAutoCommit(autoCommit);
        }
    }

    private static List<String> makeMissing(
            Connection connection, LedgerRules rules, BusinessDate today) throws SQLException {
        List<String> made = new ArrayList<>();
        YearMonth last = YearMonth.from(today.date()).plusMonths(2);
        YearMonth month = YearMonth.from(rules.oldest(today).date());
        boolean locked = false;
        for (; !month.isAfter(last); month = month.plusMonths(1)) {
            if (exists(connection, month)) {
                continue;
            }
            if (!locked) {
                lock(connection);
                locked = true;
                if (exists(connection, month)) {
                    continue;
                }
            }
            make(connection, month);
            made.add(month.toString());
        }
        return made;
    }

    private static void lock(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
            statement.setLong(1, LOCK);
            statement.execute();
        }
    }

    private static boolean exists(Connection connection, YearMonth month) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select to_regclass(?) is not null")) {
            statement.setString(1, name(month));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static void make(Connection connection, YearMonth month) throws SQLException {
        String name = name(month);
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table " + name + " (like journal including all)");
            statement.execute(
                    "alter table journal attach partition %s for values from (%d) to (%d)"
                            .formatted(name, firstHead(month), firstHead(month.plusMonths(1))));
        }
    }

    private static String name(YearMonth month) {
        return String.format(
                Locale.ROOT, "journal_%04d_%02d", month.getYear(), month.getMonthValue());
    }

    private static long firstHead(YearMonth month) {
        return (month.getYear() * 10_000L + month.getMonthValue() * 100L + 1) * HEADS_PER_DAY;
    }
}

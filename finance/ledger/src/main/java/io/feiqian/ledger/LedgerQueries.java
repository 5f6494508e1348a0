package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.TraceNumber;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads of the books on a connection that the caller brings: inside a transaction in which the
 * fence has verified that this cell owns the slot (fenced-reads). Stateless.
 */
public final class LedgerQueries {
    private static final String ACCOUNT =
            """
            select id, customer, currency, status, balance, held, pending, overdraft_limit,
                open_items, name
            from account\
            """;

    /**
     * An account's two legs, each from an index of its own: {@code entry_no > 0} is said apart from
     * the page's bound since it is what the partial indexes are chosen by.
     */
    private static final String LEGS =
            """
            select * from (
                (select %1$s, true as is_debit from journal j
                 where j.debit = ? and j.entry_no %2$s ? and j.entry_no > 0
                     and j.business_date between ? and ?
                 order by j.entry_no %3$s limit ?)
                union all
                (select %1$s, false from journal j
                 where j.credit = ? and j.entry_no %2$s ? and j.entry_no > 0
                     and j.business_date between ? and ?
                 order by j.entry_no %3$s limit ?)
            ) legs order by entry_no %3$s limit ?\
            """;

    private static final String STATEMENT = LEGS.formatted(LedgerSql.JOURNAL_COLUMNS, ">", "asc");

    static final String NEWEST = LEGS.formatted(LedgerSql.JOURNAL_COLUMNS, "<", "desc");

    private static final int LEG_MARK = 20;
    private static final int FIRST_DAY = 0;
    private static final int LAST_DAY = 99_991_231;

    private LedgerQueries() {}

    /** The account with this number. */
    public static Optional<AccountRow> account(Connection connection, AccountNumber account)
            throws SQLException {
        List<AccountRow> found = accounts(connection, " where id = ?", account.number());
        return found.stream().findFirst();
    }

    /** A customer's accounts, in order of their numbers. */
    public static List<AccountRow> accountsOf(Connection connection, long customer)
            throws SQLException {
        return accounts(connection, " where customer = ? and customer <> 0 order by id", customer);
    }

    /** A page of an account's statement; empty where it has no entries. */
    public static StatementPage statement(Connection connection, StatementQuery query)
            throws SQLException {
        return page(connection, STATEMENT, query, query.afterEntry());
    }

    /**
     * The same from its end: the newest entry first.
     *
     * @param beforeEntry the last entry of the page before; 0 for the first page
     */
    public static StatementPage newest(
            Connection connection, AccountNumber account, long beforeEntry, int limit)
            throws SQLException {
        return page(
                connection,
                NEWEST,
                StatementQuery.first(account, limit),
                beforeEntry == 0 ? Long.MAX_VALUE : beforeEntry);
    }

    private static StatementPage page(
            Connection connection, String sql, StatementQuery query, long bound)
            throws SQLException {
        List<StatementEntry> entries = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int index = 0;
            for (int leg = 0; leg < 2; leg++) {
                statement.setLong(++index, query.account().number());
                statement.setLong(++index, bound);
                statement.setInt(++index, query.from().map(BusinessDate::number).orElse(FIRST_DAY));
                statement.setInt(++index, query.to().map(BusinessDate::number).orElse(LAST_DAY));
                statement.setInt(++index, query.limit() + 1);
            }
            statement.setInt(++index, query.limit() + 1);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.add(leg(LedgerReading.entry(row), row.getBoolean(LEG_MARK)));
                }
            }
        }
        boolean more = entries.size() > query.limit();
        return new StatementPage(more ? entries.subList(0, query.limit()) : entries, more);
    }

    /** What is recorded under this key: a movement, an account event or a refusal. */
    public static Optional<JournalRow> find(Connection connection, EntryKey key)
            throws SQLException {
        String sql =
                "select "
                        + LedgerSql.JOURNAL_COLUMNS
                        + " from journal j where j.trace_head = ? and j.trace_serial = ?"
                        + " and j.sub = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setKey(statement, key);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(LedgerReading.entry(row)) : Optional.empty();
            }
        }
    }

    /** Whether a credit of this transaction is announced here and not settled yet. */
    public static boolean isAnnounced(Connection connection, TraceNumber trace)
            throws SQLException {
        String sql =
                "select 1 from hold where trace_head = ? and trace_serial = ? and credit"
                        + " and state = ? and outcome = 0";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, trace.head());
            statement.setLong(2, trace.serial());
            statement.setInt(3, HoldRow.State.OPEN.number());
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    /** How much of this movement was taken back so far, in minor units. */
    public static long reversed(Connection connection, EntryKey original) throws SQLException {
        String sql =
                "select coalesce(sum(amount), 0) from reversal where original_head = ?"
                        + " and original_serial = ? and original_sub = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setKey(statement, original);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getObject(1, BigDecimal.class).longValueExact() : 0;
            }
        }
    }

    private static StatementEntry leg(JournalRow row, boolean isDebit) {
        long otherHere = isDebit ? row.credit() : row.debit();
        return new StatementEntry(
                row.entry(),
                BusinessDate.ofNumber(row.date()),
                row.key(),
                row.kind(),
                isDebit ? -row.amount() : row.amount(),
                isDebit ? row.debitAfter() : row.creditAfter(),
                row.counter() == 0 ? otherHere : row.counter(),
                row.text(),
                row.postedAt());
    }

    private static List<AccountRow> accounts(Connection connection, String where, long value)
            throws SQLException {
        List<AccountRow> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(ACCOUNT + where)) {
            statement.setLong(1, value);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(LedgerReading.account(row, row.getString(10)));
                }
            }
        }
        return found;
    }

    private static void setKey(PreparedStatement statement, EntryKey key) throws SQLException {
        statement.setLong(1, key.trace().head());
        statement.setLong(2, key.trace().serial());
        statement.setInt(3, key.sub().number());
    }
}

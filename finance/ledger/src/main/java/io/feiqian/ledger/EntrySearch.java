package io.feiqian.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Finds journal entries by what people remember of them: an amount and about when. */
public final class EntrySearch {
    /** The most entries that are found. */
    public static final int MOST = 100;

    /**
     * Whatever lies in a range of pages whose times do not overlap is not read; where room was
     * found further up, that range overlaps with more.
     */
    static final String FIND =
            "select "
                    + LedgerSql.JOURNAL_COLUMNS
                    + " from journal j where j.posted_at >= ? and j.posted_at < ?"
                    + " and j.amount = any(?) and j.kind <> "
                    + EntryKind.STATUS_SET.number()
                    + " order by j.posted_at desc, j.trace_serial desc limit "
                    + MOST;

    private EntrySearch() {}

    /**
     * Entries of one of these amounts, in minor units of whatever currency, that were posted or
     * refused in this time; the newest first, at most {@link #MOST}.
     *
     * @param fromMillis at or after, by the database's clock
     * @param toMillis before
     */
    public static List<JournalRow> find(
            Connection connection, long[] amounts, long fromMillis, long toMillis)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setLong(1, fromMillis);
            statement.setLong(2, toMillis);
            statement.setObject(3, amounts);
            List<JournalRow> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(LedgerReading.entry(rows));
                }
            }
            return found;
        }
    }
}

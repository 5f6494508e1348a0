package io.feiqian.ledger;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Reads the ledger's rows, column by column in the order that {@link LedgerSql} selects. */
final class LedgerReading {
    private LedgerReading() {}

    /** An account as {@link LedgerSql#LOCK_ACCOUNTS} gives it: without its name. */
    static AccountRow account(ResultSet row) throws SQLException {
        return account(row, "");
    }

    static AccountRow account(ResultSet row, String name) throws SQLException {
        return new AccountRow(
                row.getLong(1),
                row.getLong(2),
                row.getInt(3),
                AccountStatus.ofNumber(row.getInt(4)),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                row.getInt(9),
                name);
    }

    static HoldRow hold(ResultSet row) throws SQLException {
        return new HoldRow(
                new HoldKey(
                        new TraceNumber(row.getLong(1), row.getLong(2)),
                        row.getInt(3),
                        row.getInt(4)),
                row.getLong(5),
                row.getBoolean(6),
                row.getLong(7),
                HoldRow.State.ofNumber(row.getInt(8)),
                row.getInt(9),
                row.getLong(10),
                row.getInt(11),
                refusal(row.getInt(12), row.getLong(13)));
    }

    static JournalRow entry(ResultSet row) throws SQLException {
        String text = row.getString(18);
        return new JournalRow(
                key(row, 1),
                refusal(row.getInt(4), row.getLong(5)),
                row.getLong(6),
                row.getInt(7),
                EntryKind.ofNumber(row.getInt(8)),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getInt(13),
                row.getLong(14),
                row.getLong(15),
                row.getInt(16),
                row.getLong(17),
                text == null ? "" : text,
                row.getLong(19));
    }

    static ReversalRow reversal(ResultSet row) throws SQLException {
        return new ReversalRow(key(row, 1), row.getInt(4), row.getLong(5), key(row, 6));
    }

    private static EntryKey key(ResultSet row, int from) throws SQLException {
        return new EntryKey(
                new TraceNumber(row.getLong(from), row.getLong(from + 1)),
                new SubNumber(row.getInt(from + 2)));
    }

    private static Optional<Refusal> refusal(int outcome, long concerns) {
        return outcome == 0
                ? Optional.empty()
                : Optional.of(new Refusal(OutcomeCode.ofNumber(outcome), concerns));
    }
}

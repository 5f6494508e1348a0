package io.feiqian.ledger;

import io.feiqian.storage.Statements;
import io.feiqian.storage.Statements.Parameters;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Writes what a book changed, as array statements: tables in fixed order (lock-order). */
final class LedgerWriting {
    private LedgerWriting() {}

    static void write(
            LedgerChanges changes,
            @Nullable Foreseen foreseen,
            List<HoldRow> ended,
            long postedAt,
            Statements statements) {
        insertAccounts(changes.opened(), statements);
        if (foreseen == null) {
            updateAccounts(changes, statements);
        } else {
            updateAccounts(foreseen.corrections(changes.changed()), statements);
        }
        insertHolds(changes.placed(), statements);
        updateHolds(ended, statements);
        insertEntries(changes.entries(), postedAt, statements);
        insertReversals(changes.reversals(), statements);
    }

    private static void insertAccounts(List<AccountRow> rows, Statements statements) {
        if (rows.isEmpty()) {
            return;
        }
        statements.update(
                LedgerSql.INSERT_ACCOUNTS,
                p -> {
                    longs(p, rows, AccountRow::id);
                    longs(p, rows, AccountRow::customer);
                    ints(p, rows, AccountRow::currency);
                    ints(p, rows, row -> row.status().number());
                    longs(p, rows, AccountRow::balance);
                    longs(p, rows, AccountRow::held);
                    longs(p, rows, AccountRow::pending);
                    longs(p, rows, AccountRow::overdraftLimit);
                    ints(p, rows, AccountRow::openItems);
                    texts(p, rows, AccountRow::name);
                },
                rows.size());
    }

    private static void updateAccounts(LedgerChanges changes, Statements statements) {
        List<AccountRow> rows = changes.changed();
        if (!rows.isEmpty() && changes.onlyBalances()) {
            statements.update(
                    LedgerSql.UPDATE_BALANCES,
                    p -> {
                        longs(p, rows, AccountRow::id);
                        longs(p, rows, AccountRow::balance);
                    },
                    rows.size());
        } else {
            updateAccounts(rows, statements);
        }
    }

    private static void updateAccounts(List<AccountRow> rows, Statements statements) {
        if (rows.isEmpty()) {
            return;
        }
        statements.update(
                LedgerSql.UPDATE_ACCOUNTS,
                p -> {
                    longs(p, rows, AccountRow::id);
                    longs(p, rows, AccountRow::balance);
                    longs(p, rows, AccountRow::held);
                    longs(p, rows, AccountRow::pending);
                    ints(p, rows, AccountRow::openItems);
                    ints(p, rows, row -> row.status().number());
                },
                rows.size());
    }

    private static void insertHolds(List<HoldRow> rows, Statements statements) {
        if (rows.isEmpty()) {
            return;
        }
        statements.update(
                LedgerSql.INSERT_HOLDS,
                p -> {
                    holdKeys(p, rows, HoldRow::key);
                    longs(p, rows, HoldRow::account);
                    ints(p, rows, row -> row.credit() ? 1 : 0);
                    longs(p, rows, HoldRow::amount);
                    ints(p, rows, row -> row.state().number());
                    ints(p, rows, HoldRow::initiator);
                    longs(p, rows, HoldRow::digest);
                    ints(p, rows, HoldRow::date);
                    ints(p, rows, row -> row.refusal().map(it -> it.code().number()).orElse(0));
                    longs(p, rows, row -> row.refusal().map(Refusal::concerns).orElse(0L));
                },
                rows.size());
    }

    private static void updateHolds(List<HoldRow> rows, Statements statements) {
        if (rows.isEmpty()) {
            return;
        }
        statements.update(
                LedgerSql.UPDATE_HOLDS,
                p -> {
                    holdKeys(p, rows, HoldRow::key);
                    ints(p, rows, row -> row.state().number());
                },
                rows.size());
    }

    private static void insertEntries(List<JournalRow> rows, long postedAt, Statements statements) {
        if (rows.isEmpty()) {
            return;
        }
        if (rows.size() == 1) {
            insertEntry(rows.getFirst(), postedAt, statements);
            return;
        }
        statements.update(
                LedgerSql.INSERT_ENTRIES,
                p -> {
                    p.add(postedAt);
                    entryKeys(p, rows, JournalRow::key);
                    longs(p, rows, JournalRow::digest);
                    ints(p, rows, JournalRow::initiator);
                    ints(p, rows, row -> row.kind().number());
                    longs(p, rows, JournalRow::debit);
                    longs(p, rows, JournalRow::credit);
                    longs(p, rows, JournalRow::amount);
                    ints(p, rows, JournalRow::currency);
                    longs(p, rows, JournalRow::debitAfter);
                    longs(p, rows, JournalRow::creditAfter);
                    ints(p, rows, JournalRow::date);
                    longs(p, rows, JournalRow::entry);
                    texts(p, rows, JournalRow::text);
                    ints(p, rows, row -> row.refusal().map(it -> it.code().number()).orElse(0));
                    longs(p, rows, row -> row.refusal().map(Refusal::concerns).orElse(0L));
                    longs(p, rows, JournalRow::counter);
                },
                rows.size());
    }

    private static void insertEntry(JournalRow row, long postedAt, Statements statements) {
        statements.update(
                LedgerSql.INSERT_ENTRY,
                p -> {
                    p.add(postedAt);
                    p.add(row.key().trace().head());
                    p.add(row.key().trace().serial());
                    p.add(row.key().sub().number());
                    p.add(row.digest());
                    p.add(row.initiator());
                    p.add(row.kind().number());
                    p.add(row.debit());
                    p.add(row.credit());
                    p.add(row.amount());
                    p.add(row.currency());
                    p.add(row.debitAfter());
                    p.add(row.creditAfter());
                    p.add(row.date());
                    p.add(row.entry());
                    p.add(row.text());
                    p.add(row.refusal().map(it -> it.code().number()).orElse(0));
                    p.add(row.refusal().map(Refusal::concerns).orElse(0L));
                    p.add(row.counter());
                },
                1);
    }

    private static void insertReversals(List<ReversalRow> rows, Statements statements) {
        if (rows.isEmpty()) {
            return;
        }
        statements.update(
                LedgerSql.INSERT_REVERSALS,
                p -> {
                    entryKeys(p, rows, ReversalRow::original);
                    ints(p, rows, ReversalRow::part);
                    longs(p, rows, ReversalRow::amount);
                    entryKeys(p, rows, ReversalRow::reversal);
                },
                rows.size());
    }

    static <R> void entryKeys(Parameters p, List<R> rows, Function<R, EntryKey> key)
            throws SQLException {
        longs(p, rows, row -> key.apply(row).trace().head());
        longs(p, rows, row -> key.apply(row).trace().serial());
        ints(p, rows, row -> key.apply(row).sub().number());
    }

    static <R> void holdKeys(Parameters p, List<R> rows, Function<R, HoldKey> key)
            throws SQLException {
        longs(p, rows, row -> key.apply(row).trace().head());
        longs(p, rows, row -> key.apply(row).trace().serial());
        ints(p, rows, row -> key.apply(row).attempt());
        ints(p, rows, row -> key.apply(row).branch());
    }

    private static <R> void longs(Parameters p, List<R> rows, ToLongFunction<R> column)
            throws SQLException {
        long[] values = new long[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.applyAsLong(rows.get(i));
        }
        p.add(values);
    }

    private static <R> void ints(Parameters p, List<R> rows, ToIntFunction<R> column)
            throws SQLException {
        int[] values = new int[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.applyAsInt(rows.get(i));
        }
        p.add(values);
    }

    private static <R> void texts(Parameters p, List<R> rows, Function<R, String> column)
            throws SQLException {
        String[] values = new String[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        p.add(values);
    }
}

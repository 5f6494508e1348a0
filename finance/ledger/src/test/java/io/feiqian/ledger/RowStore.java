package io.feiqian.ledger;

import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.telemetry.Alarm;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tables in memory, and the steps of a grouped commit on them: what the database and the driver do
 * around a {@link LedgerBook}.
 */
final class RowStore {
    final Map<Long, AccountRow> accounts = new TreeMap<>();
    final Map<EntryKey, JournalRow> journal = new TreeMap<>();
    final Map<HoldKey, HoldRow> holds = new TreeMap<>();
    final List<ReversalRow> reversals = new ArrayList<>();
    final List<Alarm> alarms = new ArrayList<>();
    BusinessDate today;
    BusinessDate closedThrough;
    private final CellId cell;
    private final LedgerRules rules;
    int worker;
    private long sequence;

    RowStore(CellId cell, LedgerRules rules, BusinessDate today) {
        this.cell = cell;
        this.rules = rules;
        this.today = today;
        this.closedThrough = today.plusDays(-1);
    }

    /** Does one command in a transaction of its own. */
    Answer commit(LedgerCommand command) {
        return commit(List.of(command)).getFirst();
    }

    /** Does many commands in one transaction, each as a work of its own. */
    List<Answer> commit(List<LedgerCommand> batch) {
        LedgerBook book = new LedgerBook(new Context(), rules);
        sequence++;
        batch.forEach(book::add);
        for (long id : book.accountIds()) {
            if (accounts.containsKey(id)) {
                book.load(accounts.get(id));
            }
        }
        book.holdKeys().stream().filter(holds::containsKey).map(holds::get).forEach(book::load);
        book.originals().stream()
                .filter(journal::containsKey)
                .map(journal::get)
                .forEach(book::load);
        book.entryKeys().stream()
                .filter(journal::containsKey)
                .map(journal::get)
                .forEach(book::load);
        reversals.stream()
                .filter(row -> book.originals().contains(row.original()))
                .forEach(book::load);
        List<Answer> answers = new ArrayList<>();
        for (LedgerCommand command : batch) {
            answers.add(
                    switch (book.check(command)) {
                        case Check.Ended(Answer answer) -> answer;
                        case Check.Fresh _ -> book.apply(command, Answer.accepted());
                        case Check.Unsure _ ->
                                throw new AssertionError("a book is never unsure: " + command);
                    });
        }
        write(book.changes());
        return answers;
    }

    private void write(LedgerChanges changes) {
        changes.opened().forEach(row -> insert(accounts, row.id(), row));
        changes.changed().forEach(row -> update(accounts, row.id(), row));
        changes.entries().forEach(row -> insert(journal, row.key(), row));
        changes.placed().forEach(row -> insert(holds, row.key(), row));
        changes.ended().forEach(row -> update(holds, row.key(), row));
        reversals.addAll(changes.reversals());
        alarms.addAll(changes.alarms());
    }

    private static <K, R> void insert(Map<K, R> table, K key, R row) {
        if (table.put(key, row) != null) {
            throw new IllegalStateException("inserted twice: " + key);
        }
    }

    private static <K, R> void update(Map<K, R> table, K key, R row) {
        if (table.put(key, row) == null) {
            throw new IllegalStateException("updated without a row: " + key);
        }
    }

    private final class Context implements CommitContext {
        @Override
        public CellId cell() {
            return cell;
        }

        @Override
        public BusinessDate businessDate() {
            return today;
        }

        @Override
        public BusinessDate closedThrough() {
            return closedThrough;
        }

        @Override
        public long databaseMillis() {
            return 1_000 * sequence;
        }

        @Override
        public int worker() {
            return worker;
        }

        @Override
        public long sequence() {
            return sequence;
        }
    }
}

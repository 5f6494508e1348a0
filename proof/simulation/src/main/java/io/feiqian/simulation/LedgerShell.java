package io.feiqian.simulation;

import io.feiqian.ledger.AccountRow;
import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.HoldRow;
import io.feiqian.ledger.JournalRow;
import io.feiqian.ledger.LedgerBook;
import io.feiqian.ledger.LedgerChanges;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.LedgerRules;
import io.feiqian.ledger.ReversalRow;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.simulation.events.Dice;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The ledger in a simulated transaction: the real {@link LedgerBook} over modelled tables. */
final class LedgerShell implements Shell<LedgerCommand> {
    private record Part(EntryKey original, int number) {}

    private final LedgerBook book;
    private final Rules rules;
    private final Dice dice;
    private final Moment moment;

    LedgerShell(Moment moment, Rules rules, Dice dice) {
        this.book = new LedgerBook(moment, LedgerRules.DEFAULT);
        this.moment = moment;
        this.rules = rules;
        this.dice = dice;
    }

    @Override
    public void add(LedgerCommand command) {
        book.add(command);
    }

    @Override
    public List<Statement> locks() {
        List<Object> accounts = new ArrayList<>();
        for (long each : book.accountIds()) {
            accounts.add(each);
        }
        if (rules.lack(Rule.LOCK_ORDER)) {
            dice.shuffle(accounts);
        }
        List<Statement> locks = new ArrayList<>();
        locks.add(new Statement.ReadForUpdate(Tables.ACCOUNT, accounts));
        locks.add(new Statement.ReadForUpdate(Tables.HOLD, book.holdKeys()));
        if (!rules.lack(Rule.REVERSAL_ONCE)) {
            locks.add(new Statement.ReadForUpdate(Tables.JOURNAL, book.originals()));
        }
        return locks;
    }

    @Override
    public List<Statement> reads() {
        List<Statement> reads = new ArrayList<>();
        List<EntryKey> originals = book.originals();
        if (rules.lack(Rule.REVERSAL_ONCE)) {
            reads.add(new Statement.Read(Tables.JOURNAL, originals));
        } else if (!originals.isEmpty()) {
            Set<EntryKey> wanted = new HashSet<>(originals);
            reads.add(
                    new Statement.Scan(
                            Tables.REVERSAL,
                            row -> wanted.contains(((ReversalRow) row).original())));
        }
        reads.add(new Statement.Read(Tables.JOURNAL, book.entryKeys()));
        return reads;
    }

    @Override
    public Statement look() {
        return new Statement.Read(Tables.JOURNAL, book.entryKeys());
    }

    @Override
    public void load(Map<?, ?> rows) {
        for (Object row : rows.values()) {
            switch (row) {
                case AccountRow account -> book.load(account);
                case HoldRow hold -> {
                    // The statement that ends what is open does not see what is not.
                    if (hold.state() == HoldRow.State.OPEN || book.foreseenEnds().isEmpty()) {
                        book.load(hold);
                    }
                }
                case JournalRow entry -> book.load(entry);
                case ReversalRow part -> book.load(part);
                default -> throw new IllegalStateException("row: " + row);
            }
        }
    }

    @Override
    public Check check(LedgerCommand command) {
        return book.check(command);
    }

    @Override
    public Answer apply(LedgerCommand command, Answer soFar) {
        return book.apply(command, soFar);
    }

    @Override
    public List<Statement> writes() {
        LedgerChanges changes = book.changes();
        boolean unchecked =
                rules.lack(Rule.DUPLICATE_AFTER_LOCK)
                        || (rules.lack(Rule.PRESUMPTION) && moment.presumesNew());
        List<Statement> writes = new ArrayList<>();
        insert(writes, Tables.ACCOUNT, changes.opened(), AccountRow::id, false);
        update(writes, Tables.ACCOUNT, changes.changed(), AccountRow::id);
        insert(writes, Tables.HOLD, changes.placed(), HoldRow::key, false);
        update(writes, Tables.HOLD, changes.ended(), HoldRow::key);
        insert(writes, Tables.JOURNAL, changes.entries(), JournalRow::key, unchecked);
        if (!rules.lack(Rule.REVERSAL_ONCE)) {
            insert(
                    writes,
                    Tables.REVERSAL,
                    changes.reversals(),
                    each -> new Part(each.original(), each.part()),
                    false);
        }
        return writes;
    }

    private static <R> void insert(
            List<Statement> writes,
            String table,
            List<R> rows,
            Function<R, Object> key,
            boolean unchecked) {
        if (!rows.isEmpty()) {
            writes.add(new Statement.Insert(table, keyed(rows, key), unchecked));
        }
    }

    private static <R> void update(
            List<Statement> writes, String table, List<R> rows, Function<R, Object> key) {
        if (!rows.isEmpty()) {
            writes.add(new Statement.Update(table, keyed(rows, key)));
        }
    }

    private static <R> List<Row> keyed(List<R> rows, Function<R, Object> key) {
        List<Row> keyed = new ArrayList<>(rows.size());
        rows.forEach(each -> keyed.add(new Row(key.apply(each), each)));
        return keyed;
    }
}

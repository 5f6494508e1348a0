package io.feiqian.ledger;

import static java.util.Objects.requireNonNull;

import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.ForeseenEnds;
import io.feiqian.storage.Statements;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.vocabulary.AccountNumber;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's share of a local commit: {@link LedgerBook} with rows read and written by array
 * statements. Locks customers' accounts, then reservations, then movements to take back, and after
 * all other contributions' locks the cell's internal accounts, each in order of their keys; reads
 * known journal rows when everything is locked (duplicate-after-lock).
 *
 * <p>A work holds at most one command that business rules can refuse ({@link LedgerCommand.Post},
 * {@link LedgerCommand.Hold}, {@link LedgerCommand.Announce}, {@link LedgerCommand.OpenAccount},
 * {@link LedgerCommand.SetStatus}), before whatever depends on it: what was applied is not taken
 * back when a later part is refused.
 *
 * <p>Thread-safe.
 */
public final class LedgerContribution implements Contribution<LedgerCommand> {
    private static final int ORDER = 100;

    private final LedgerRules rules;
    private final AlarmEvents alarms;

    /** A ledger with these rules that tells {@code alarms} what an operator must know. */
    public LedgerContribution(LedgerRules rules, AlarmEvents alarms) {
        this.rules = rules;
        this.alarms = alarms;
    }

    @Override
    public String name() {
        return "ledger";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public void rows(LedgerCommand command, LongConsumer rows) {
        switch (command) {
            case LedgerCommand.Post it -> both(it.movement(), rows);
            case LedgerCommand.Capture it -> both(it.movement(), rows);
            case LedgerCommand.Hold it -> rows.accept(it.movement().debit().number());
            case LedgerCommand.Announce it -> rows.accept(it.movement().credit().number());
            case LedgerCommand.Release it -> rows.accept(it.account().number());
            case LedgerCommand.OpenAccount _, LedgerCommand.SetStatus _ -> {}
        }
    }

    @Override
    public Batch<LedgerCommand> open(CommitContext context) {
        return new LedgerBatch(context);
    }

    private static void both(Movement movement, LongConsumer rows) {
        at(movement.debit(), rows);
        at(movement.credit(), rows);
    }

    /** An inter-cell account is nobody's way: each worker has its part. */
    private static void at(AccountNumber account, LongConsumer rows) {
        if (account.kind() != AccountNumber.Kind.INTER_CELL) {
            rows.accept(account.number());
        }
    }

    private final class LedgerBatch implements Batch<LedgerCommand> {
        private final CommitContext context;
        private final LedgerBook book;
        private @Nullable Foreseen foreseen;
        private final ForeseenEnds<HoldKey, HoldRow.State> ended = new ForeseenEnds<>();

        LedgerBatch(CommitContext context) {
            this.context = context;
            this.book = new LedgerBook(context, rules);
        }

        @Override
        public void add(LedgerCommand command) {
            book.add(command);
        }

        @Override
        public void lock(Statements statements) {
            foreseen =
                    book.foreseenChanges()
                            .map(changes -> new Foreseen(book.accountIds(), changes))
                            .orElse(null);
            lockAccounts(statements, 0, book.firstInternal());
            lockHolds(statements);
            List<EntryKey> originals = book.originals();
            if (!originals.isEmpty()) {
                statements.query(
                        LedgerSql.LOCK_ORIGINALS,
                        p -> LedgerWriting.entryKeys(p, originals, key -> key),
                        row -> book.load(LedgerReading.entry(row)));
            }
        }

        @Override
        public void lockLast(Statements statements) {
            lockAccounts(statements, book.firstInternal(), book.accountIds().length);
        }

        /** Locks a part of the accounts in their order, and changes them where that is foreseen. */
        private void lockAccounts(Statements statements, int from, int to) {
            if (from == to) {
                return;
            }
            long[] accounts = Arrays.copyOfRange(book.accountIds(), from, to);
            Foreseen changed = foreseen;
            if (changed == null) {
                statements.query(
                        LedgerSql.LOCK_ACCOUNTS,
                        p -> p.add(accounts),
                        row -> book.load(LedgerReading.account(row)));
                return;
            }
            AccountChanges changes = changed.changes().range(from, to);
            boolean onlyBalances = changes.onlyBalances();
            statements.query(
                    onlyBalances ? LedgerSql.CHANGE_BALANCES : LedgerSql.CHANGE_ACCOUNTS,
                    p -> {
                        p.add(accounts);
                        p.add(changes.balance());
                        if (!onlyBalances) {
                            p.add(changes.held());
                            p.add(changes.pending());
                            p.add(changes.openItems());
                        }
                    },
                    row -> {
                        AccountRow account = LedgerReading.account(row);
                        changed.read(account);
                        book.load(account);
                    });
        }

        /** Locks the reservations, and ends those that are open where that is foreseen. */
        private void lockHolds(Statements statements) {
            List<HoldKey> holds = book.holdKeys();
            if (holds.isEmpty()) {
                return;
            }
            SortedMap<HoldKey, HoldRow.State> ends = book.foreseenEnds();
            if (ends.isEmpty()) {
                statements.query(
                        LedgerSql.LOCK_HOLDS,
                        p -> LedgerWriting.holdKeys(p, holds, key -> key),
                        row -> book.load(LedgerReading.hold(row)));
                return;
            }
            statements.query(
                    LedgerSql.END_HOLDS,
                    p -> {
                        LedgerWriting.holdKeys(p, holds, key -> key);
                        p.add(ends.values().stream().mapToInt(HoldRow.State::number).toArray());
                    },
                    row -> {
                        HoldRow hold = LedgerReading.hold(row);
                        ended.add(hold.key(), requireNonNull(ends.get(hold.key())));
                        book.load(hold);
                    });
        }

        @Override
        public void read(Statements statements) {
            List<EntryKey> keys = book.entryKeys();
            if (!keys.isEmpty()) {
                statements.query(
                        LedgerSql.READ_ENTRIES,
                        p -> {
                            LedgerWriting.entryKeys(p, keys, key -> key);
                            p.add(
                                    keys.stream()
                                            .mapToLong(key -> key.trace().head())
                                            .min()
                                            .orElse(0));
                            p.add(
                                    keys.stream()
                                            .mapToLong(key -> key.trace().head())
                                            .max()
                                            .orElse(0));
                        },
                        row -> book.load(LedgerReading.entry(row)));
            }
            List<EntryKey> originals = book.originals();
            if (!originals.isEmpty()) {
                statements.query(
                        LedgerSql.READ_REVERSALS,
                        p -> LedgerWriting.entryKeys(p, originals, key -> key),
                        row -> book.load(LedgerReading.reversal(row)));
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
        public void write(Statements statements) {
            LedgerChanges changes = book.changes();
            List<HoldRow> toEnd = ended.notYet(changes.ended(), HoldRow::key, HoldRow::state);
            changes.alarms().forEach(alarms::raise);
            LedgerWriting.write(changes, foreseen, toEnd, context.databaseMillis(), statements);
        }
    }
}

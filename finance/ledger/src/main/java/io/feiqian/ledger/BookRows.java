package io.feiqian.ledger;

import io.feiqian.storage.CommitContext;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import java.util.Optional;

/** Makes the rows of one transaction: its day, its time and its entry numbers go into each. */
final class BookRows {
    private final CommitContext context;
    private int positions;

    BookRows(CommitContext context) {
        this.context = context;
    }

    /** The day that was fixed elsewhere, or the open one. */
    int day(Optional<BusinessDate> fixed) {
        return (fixed.isPresent() ? fixed.get() : context.businessDate()).number();
    }

    /** A movement that took place; both accounts are as they are after it. */
    JournalRow moved(
            EntryKey key,
            LedgerCommand command,
            Movement movement,
            BookAccount debit,
            BookAccount credit,
            int date) {
        if (positions == LedgerBook.ENTRIES_PER_COMMIT) {
            throw new IllegalStateException(
                    "entries: more than %d in one transaction"
                            .formatted(LedgerBook.ENTRIES_PER_COMMIT));
        }
        return new JournalRow(
                key,
                Optional.empty(),
                command.digest(),
                command.initiator().number(),
                movement.kind(),
                debit.id,
                credit.id,
                counter(movement),
                movement.amount().minor(),
                movement.amount().currency().number(),
                debit.balance(),
                credit.balance(),
                date,
                context.sequence() * LedgerBook.ENTRIES_PER_COMMIT + positions++,
                movement.text(),
                context.databaseMillis());
    }

    JournalRow refused(LedgerCommand.Post post, Refusal refusal) {
        Movement movement = post.movement();
        return new JournalRow(
                post.key(),
                Optional.of(refusal),
                post.digest(),
                post.initiator().number(),
                movement.kind(),
                movement.debit().number(),
                movement.credit().number(),
                counter(movement),
                movement.amount().minor(),
                movement.amount().currency().number(),
                0,
                0,
                day(post.date()),
                0,
                movement.text(),
                context.databaseMillis());
    }

    JournalRow opened(LedgerCommand.OpenAccount open, Optional<Refusal> refusal) {
        return event(open.key(), open, EntryKind.ACCOUNT_OPENED, open.account(), 0, refusal);
    }

    JournalRow statusSet(LedgerCommand.SetStatus set, Optional<Refusal> refusal) {
        return event(
                set.key(),
                set,
                EntryKind.STATUS_SET,
                set.account(),
                set.status().number(),
                refusal);
    }

    HoldRow hold(
            HoldKey key,
            LedgerCommand command,
            Movement movement,
            Optional<BusinessDate> date,
            Optional<Refusal> refusal) {
        boolean credit = command instanceof LedgerCommand.Announce;
        return new HoldRow(
                key,
                (credit ? movement.credit() : movement.debit()).number(),
                credit,
                movement.amount().minor(),
                refusal.isPresent() ? HoldRow.State.REFUSED : HoldRow.State.OPEN,
                command.initiator().number(),
                command.digest(),
                day(date),
                refusal);
    }

    /** The account behind the inter-cell account, or 0. */
    static long counter(Movement movement) {
        return movement.counter().isPresent() ? movement.counter().get().number() : 0;
    }

    private JournalRow event(
            EntryKey key,
            LedgerCommand command,
            EntryKind kind,
            AccountNumber account,
            int detail,
            Optional<Refusal> refusal) {
        return new JournalRow(
                key,
                refusal,
                command.digest(),
                command.initiator().number(),
                kind,
                account.number(),
                0,
                0,
                detail,
                0,
                0,
                0,
                context.businessDate().number(),
                0,
                "",
                context.databaseMillis());
    }
}

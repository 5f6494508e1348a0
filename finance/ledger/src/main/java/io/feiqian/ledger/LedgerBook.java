package io.feiqian.ledger;

import static java.util.Objects.requireNonNull;

import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.telemetry.Alarm;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * The books of one cell while one transaction is being put together: a pure function over the rows
 * it was given. It knows no SQL, no clock and no randomness; {@link LedgerContribution} and the
 * simulation drive the very same code.
 *
 * <p>Use in this order: {@link #add} every command; read the rows that {@link #accountIds}, {@link
 * #holdKeys}, {@link #originals} and {@link #entryKeys} name, under locks in the order of these
 * methods, and hand them to the {@code load} methods; {@link #check} and {@link #apply} work by
 * work; then write {@link #changes}. One book belongs to one thread and one transaction.
 */
public final class LedgerBook {
    /** The most entries of one transaction: their numbers are its sequence times this, and up. */
    public static final int ENTRIES_PER_COMMIT = 4_096;

    private final BookAccounts accounts;
    private final BookEntries entries = new BookEntries();
    private final BookHolds holds = new BookHolds();
    private final List<Alarm> alarms = new ArrayList<>();
    private final Checks checks;
    private final Set<Integer> suspenseCurrencies = new HashSet<>();
    private final BookRows rows;
    private final boolean presumesNew;
    private boolean foreseeable = true;

    /** An empty book for one transaction of this cell. */
    public LedgerBook(CommitContext context, LedgerRules rules) {
        this.accounts = new BookAccounts(context.cell(), context.worker());
        this.checks = new Checks(context, rules);
        this.rows = new BookRows(context);
        this.presumesNew = context.presumesNew();
    }

    /** Takes note of the rows that this command needs. */
    public void add(LedgerCommand command) {
        switch (command) {
            case LedgerCommand.Post post -> {
                entries.need(post.key());
                needBoth(post.movement());
            }
            case LedgerCommand.Hold hold -> {
                needNew(hold.key());
                accounts.needReserved(
                        hold.movement().debit().number(), false, hold.movement().amount().minor());
            }
            case LedgerCommand.Announce announce -> {
                needNew(announce.key());
                accounts.needReserved(
                        announce.movement().credit().number(),
                        true,
                        announce.movement().amount().minor());
            }
            case LedgerCommand.Capture capture -> {
                holds.needEnded(capture.hold(), HoldRow.State.CAPTURED);
                entries.need(capture.key());
                needBoth(capture.movement());
                needGivenUp(capture.movement());
                needSuspense(capture.movement().amount().currency().number());
                foreseeable &= presumesNew;
            }
            case LedgerCommand.Release release -> {
                holds.needEnded(release.hold(), HoldRow.State.RELEASED);
                accounts.need(release.account().number());
                foreseeable = false;
            }
            case LedgerCommand.OpenAccount open -> {
                entries.need(open.key());
                accounts.need(open.account().number());
                foreseeable = false;
            }
            case LedgerCommand.SetStatus set -> {
                entries.need(set.key());
                accounts.need(set.account().number());
                foreseeable = false;
            }
        }
    }

    /** The accounts to lock and read, each once, in order (lock-order). After the last add. */
    public long[] accountIds() {
        return accounts.ids();
    }

    /** Where among {@link #accountIds} the cell's internal accounts begin, at which all meet. */
    int firstInternal() {
        return accounts.firstInternal();
    }

    /**
     * How much each of {@link #accountIds} changes where every command is accepted and none is a
     * repetition: with it the accounts can be changed in the statement that locks and reads them,
     * and put right afterwards where it turned out otherwise. Empty where that cannot be said.
     */
    Optional<AccountChanges> foreseenChanges() {
        return foreseeable ? Optional.of(accounts.changes()) : Optional.empty();
    }

    /**
     * How each of {@link #holdKeys} ends where every command is accepted: with it open reservations
     * can be ended in the statement that locks and reads them. One that is not open must not be
     * handed to {@link #load} then, and where one that was open does not end like this, everything
     * is to be done again. Empty where keys are not presumed new, or that cannot be said.
     */
    public SortedMap<HoldKey, HoldRow.State> foreseenEnds() {
        return presumesNew ? holds.ends() : Collections.emptySortedMap();
    }

    /**
     * The reservations to lock and read, each once, in order; without those to be made where keys
     * are presumed new.
     */
    public List<HoldKey> holdKeys() {
        return holds.keys();
    }

    /** The movements to lock and read, with their parts taken back, each once, in order. */
    public List<EntryKey> originals() {
        return entries.originals();
    }

    /**
     * The journal rows to read once everything is locked (duplicate-after-lock); none where keys
     * are presumed new, since every command that has one inserts it, refused or not.
     */
    public List<EntryKey> entryKeys() {
        return presumesNew ? List.of() : entries.keys();
    }

    /** Takes in an account that was asked for. */
    public void load(AccountRow row) {
        accounts.load(row);
    }

    /** Takes in a reservation that was asked for. */
    public void load(HoldRow row) {
        holds.load(row);
    }

    /** Takes in a journal row that was asked for, as a key or as an original. */
    public void load(JournalRow row) {
        entries.load(row);
    }

    /** Takes in one part that was taken back of an original. */
    public void load(ReversalRow row) {
        entries.load(row);
    }

    /**
     * Judges identity, day and the state of the reservation: fresh, or the answer with which the
     * command ends without effect. Business rules are judged by {@link #apply}.
     */
    public Check check(LedgerCommand command) {
        Check check = checkKnown(command);
        boolean unproven = presumesNew && check instanceof Check.Ended(Answer it) && !it.recorded();
        return unproven || goesToSuspense(command, check) ? Check.UNSURE : check;
    }

    private Check checkKnown(LedgerCommand command) {
        return switch (command) {
            case LedgerCommand.Post it -> checks.post(it, entries.find(it.key()));
            case LedgerCommand.Hold it ->
                    checks.reserve(it.key(), it, it.movement(), it.date(), holds.find(it.key()));
            case LedgerCommand.Announce it ->
                    checks.reserve(it.key(), it, it.movement(), it.date(), holds.find(it.key()));
            case LedgerCommand.Capture it -> {
                HoldRow hold = holds.find(it.hold());
                boolean accountThere = hold == null || isTouched(it, hold.account());
                yield checks.capture(it, hold, accountThere, entries.find(it.key()));
            }
            case LedgerCommand.Release it -> {
                boolean accountThere = accounts.exists(it.account().number());
                yield checks.release(it, holds.find(it.hold()), accountThere);
            }
            case LedgerCommand.OpenAccount it -> {
                boolean taken = accounts.exists(it.account().number());
                yield checks.openAccount(it, entries.find(it.key()), taken);
            }
            case LedgerCommand.SetStatus it -> checks.setStatus(it, entries.find(it.key()));
        };
    }

    /**
     * Does what the command asks, or records its refusal. To be called only after {@link #check}
     * was fresh. A refusal that is handed in as {@code soFar} is recorded where it is final, and
     * returned as it is.
     */
    public Answer apply(LedgerCommand command, Answer soFar) {
        if (!soFar.isAccepted()) {
            if (soFar.code().isFinal()) {
                recordRefusal(command, new Refusal(soFar.code(), 0));
            }
            return soFar;
        }
        return switch (command) {
            case LedgerCommand.Post it -> post(it);
            case LedgerCommand.Hold it -> reserve(it.key(), it, it.movement(), it.date());
            case LedgerCommand.Announce it -> reserve(it.key(), it, it.movement(), it.date());
            case LedgerCommand.Capture it -> capture(it);
            case LedgerCommand.Release it -> release(it);
            case LedgerCommand.OpenAccount it -> {
                accounts.open(it);
                yield record(rows.opened(it, Optional.empty()));
            }
            case LedgerCommand.SetStatus it -> setStatus(it);
        };
    }

    /** Everything that was applied since the book was opened. */
    public LedgerChanges changes() {
        return new LedgerChanges(
                accounts.changed(true),
                accounts.changed(false),
                accounts.onlyBalancesChanged(),
                entries.added(),
                holds.touched(true),
                holds.touched(false),
                entries.reversals(),
                alarms);
    }

    private void needNew(HoldKey key) {
        if (!presumesNew) {
            holds.need(key);
        }
    }

    private void needBoth(Movement movement) {
        accounts.need(accounts.bookedAt(movement.debit()), -movement.amount().minor());
        accounts.need(accounts.bookedAt(movement.credit()), movement.amount().minor());
        movement.original().ifPresent(entries::needOriginal);
    }

    /** A guess where both accounts are customers': what is wrong is put right. */
    private void needGivenUp(Movement movement) {
        boolean credit = movement.debit().kind().isInternal();
        AccountNumber reserved = credit ? movement.credit() : movement.debit();
        accounts.needReserved(accounts.bookedAt(reserved), credit, -movement.amount().minor());
    }

    /** Hardly ever used, and everybody would meet there: not locked where keys are presumed new. */
    private void needSuspense(int currency) {
        if (!presumesNew && suspenseCurrencies.add(currency)) {
            accounts.need(accounts.suspense(currency));
        }
    }

    /** Whether this would need the suspense account, and has not asked for it. */
    private boolean goesToSuspense(LedgerCommand command, Check check) {
        if (!presumesNew
                || !(check instanceof Check.Fresh)
                || !(command instanceof LedgerCommand.Capture capture)) {
            return false;
        }
        Movement movement = capture.movement();
        int currency = movement.amount().currency().number();
        long amount = movement.amount().minor();
        BookAccount debit = accounts.find(accounts.bookedAt(movement.debit()));
        BookAccount credit = accounts.find(accounts.bookedAt(movement.credit()));
        return debit == null
                || credit == null
                || !debit.takes(-amount, currency)
                || !credit.takes(amount, currency);
    }

    private boolean isTouched(LedgerCommand.Capture capture, long account) {
        Movement movement = capture.movement();
        return (account == movement.debit().number() || account == movement.credit().number())
                && accounts.exists(account);
    }

    private Answer post(LedgerCommand.Post post) {
        Movement movement = post.movement();
        BookAccount debit = accounts.find(accounts.bookedAt(movement.debit()));
        BookAccount credit = accounts.find(accounts.bookedAt(movement.credit()));
        Refusal refusal = Judgement.ofDebit(debit, movement);
        if (refusal == null) {
            refusal = Judgement.ofCredit(credit, movement);
        }
        if (refusal == null && movement.original().isPresent()) {
            EntryKey original = movement.original().get();
            JournalRow row = entries.find(original);
            refusal = Judgement.ofReversal(movement, row, row == null ? 0 : entries.leftOf(row));
        }
        if (refusal != null) {
            return recordRefusal(post, refusal);
        }
        takeBack(movement, post.key());
        return move(
                post.key(),
                post,
                movement,
                requireNonNull(debit),
                requireNonNull(credit),
                rows.day(post.date()));
    }

    private Answer move(
            EntryKey key,
            LedgerCommand command,
            Movement movement,
            BookAccount debit,
            BookAccount credit,
            int date) {
        long amount = movement.amount().minor();
        debit.move(-amount);
        credit.move(amount);
        accounts.changed(debit);
        accounts.changed(credit);
        return record(rows.moved(key, command, movement, debit, credit, date));
    }

    private void takeBack(Movement movement, EntryKey reversal) {
        if (movement.original().isPresent()) {
            entries.takeBack(movement.original().get(), movement.amount().minor(), reversal);
        }
    }

    private Answer reserve(
            HoldKey key, LedgerCommand command, Movement movement, Optional<BusinessDate> date) {
        boolean isCredit = command instanceof LedgerCommand.Announce;
        BookAccount account =
                accounts.find((isCredit ? movement.credit() : movement.debit()).number());
        Refusal refusal =
                isCredit
                        ? Judgement.ofCredit(account, movement)
                        : Judgement.ofDebit(account, movement);
        HoldRow row = rows.hold(key, command, movement, date, Optional.ofNullable(refusal));
        if (refusal == null) {
            BookAccount reserved = requireNonNull(account);
            reserved.reserve(isCredit, row.amount(), 1);
            accounts.changedBeyondBalance(reserved);
        }
        holds.place(row);
        return RecordedAnswers.of(row);
    }

    private Answer capture(LedgerCommand.Capture capture) {
        Movement movement = capture.movement();
        long amount = movement.amount().minor();
        endHold(capture.hold(), HoldRow.State.CAPTURED);
        BookAccount debit = takingOrSuspense(capture, accounts.bookedAt(movement.debit()), -amount);
        BookAccount credit =
                takingOrSuspense(capture, accounts.bookedAt(movement.credit()), amount);
        takeBack(movement, capture.key());
        return move(capture.key(), capture, movement, debit, credit, rows.day(capture.date()));
    }

    private BookAccount takingOrSuspense(LedgerCommand.Capture capture, long id, long signed) {
        int currency = capture.movement().amount().currency().number();
        BookAccount account = accounts.find(id);
        if (account != null && account.takes(signed, currency)) {
            return account;
        }
        long suspense = accounts.suspense(currency);
        alarms.add(
                new Alarm(
                        Alarm.Severity.CRITICAL,
                        "booked-on-suspense",
                        "account %016d cannot take %d minor units of currency %03d: booked on %016d"
                                .formatted(id, signed, currency, suspense),
                        Optional.of(capture.key().trace())));
        return requireNonNull(accounts.find(suspense));
    }

    private Answer release(LedgerCommand.Release release) {
        endHold(release.hold(), HoldRow.State.RELEASED);
        return Answer.accepted(new LedgerEffect.Released(release.hold()));
    }

    private void endHold(HoldKey key, HoldRow.State state) {
        HoldRow hold = requireNonNull(holds.find(key));
        BookAccount reserved = requireNonNull(accounts.find(hold.account()));
        reserved.reserve(hold.credit(), -hold.amount(), -1);
        accounts.changedBeyondBalance(reserved);
        holds.end(hold, state);
    }

    private Answer setStatus(LedgerCommand.SetStatus set) {
        BookAccount account = accounts.find(set.account().number());
        Refusal refusal = Judgement.ofStatus(account, set);
        if (refusal != null) {
            return recordRefusal(set, refusal);
        }
        BookAccount there = requireNonNull(account);
        there.set(set.status());
        accounts.changedBeyondBalance(there);
        return record(rows.statusSet(set, Optional.empty()));
    }

    private Answer record(JournalRow row) {
        entries.add(row);
        return RecordedAnswers.of(row);
    }

    private Answer recordRefusal(LedgerCommand command, Refusal refusal) {
        Optional<Refusal> because = Optional.of(refusal);
        switch (command) {
            case LedgerCommand.Post it -> entries.add(rows.refused(it, refusal));
            case LedgerCommand.Hold it ->
                    holds.place(rows.hold(it.key(), it, it.movement(), it.date(), because));
            case LedgerCommand.Announce it ->
                    holds.place(rows.hold(it.key(), it, it.movement(), it.date(), because));
            case LedgerCommand.OpenAccount it -> entries.add(rows.opened(it, because));
            case LedgerCommand.SetStatus it -> entries.add(rows.statusSet(it, because));
            // What finishes is not refused for business reasons; whoever refuses it has its rows.
            case LedgerCommand.Capture _, LedgerCommand.Release _ -> {}
        }
        return RecordedAnswers.of(refusal);
    }
}

package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of an open book, found by position among the sorted numbers that were asked for: the
 * same array the rows are locked by.
 */
final class BookAccounts {
    private static final long SERIAL_UNIT = 10L;
    private static final long KIND_UNIT = 10_000_000_000L;
    private static final long SLOT_UNIT = 1_000_000_000_000L;
    private static final long FIRST_INTERNAL = Slot.FIRST_PINNED * SLOT_UNIT;

    private final int pinnedSlot;
    private final int worker;
    private final List<BookAccount> changed = new ArrayList<>();
    private long[] ids = new long[16];
    private AccountChanges changes = new AccountChanges(16);
    private int count;
    private boolean sorted;
    private boolean onlyBalances = true;
    private @Nullable BookAccount[] accounts = new BookAccount[0];

    BookAccounts(CellId cell, int worker) {
        this.pinnedSlot = Slot.pinnedTo(cell).number();
        this.worker = worker;
    }

    /**
     * Where this transaction books what is to be booked at an account: this cell's inter-cell
     * accounts are kept in a part for each worker, so that none waits for another's disk.
     */
    long bookedAt(AccountNumber account) {
        long id = account.number();
        return worker > 0 && isInterCell(id) ? account.part(worker).number() : id;
    }

    /** Asks for an account that this much is meant to enter (negative: to leave). */
    void need(long id, long amount) {
        changes.move(add(id), amount);
    }

    /**
     * Asks for an account at which this much is meant to be reserved in one reservation (negative:
     * to be given up).
     */
    void needReserved(long id, boolean credit, long amount) {
        changes.reserve(add(id), credit, amount, Long.signum(amount));
    }

    /** Asks for an account. */
    void need(long id) {
        need(id, 0);
    }

    private int add(long id) {
        if (sorted) {
            throw new IllegalStateException("the book's accounts are being read already");
        }
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, count * 2);
            changes.grow(count * 2);
        }
        ids[count] = id;
        return count++;
    }

    /** Every number asked for, once, in order; from here on no more can be asked for. */
    long[] ids() {
        if (!sorted) {
            long[] asked = Arrays.copyOf(ids, count);
            AccountChanges amounts = changes;
            Arrays.sort(ids, 0, count);
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (i == 0 || ids[i] != ids[i - 1]) {
                    ids[kept++] = ids[i];
                }
            }
            ids = Arrays.copyOf(ids, kept);
            count = kept;
            accounts = new BookAccount[kept];
            sorted = true;
            changes = new AccountChanges(kept);
            for (int i = 0; i < asked.length; i++) {
                changes.add(position(asked[i]), amounts, i);
            }
        }
        return ids;
    }

    /** Where among {@link #ids} the accounts of pinned slots begin, whose numbers are highest. */
    int firstInternal() {
        int position = Arrays.binarySearch(ids(), FIRST_INTERNAL);
        return position < 0 ? -position - 1 : position;
    }

    /** How much each of {@link #ids} is meant to change in all, were everything accepted. */
    AccountChanges changes() {
        ids();
        return changes;
    }

    void load(AccountRow row) {
        accounts[position(row.id())] = new BookAccount(row, BookAccount.Origin.READ);
    }

    /** The account, or null where there is none. */
    @Nullable BookAccount find(long id) {
        int position = position(id);
        BookAccount found = accounts[position];
        if (found == null && opensByItself(id)) {
            found =
                    new BookAccount(
                            empty(id, 0, currencyOf(id), 0, ""), BookAccount.Origin.IMPLIED);
            accounts[position] = found;
        }
        return found;
    }

    /** Whether it has a row or is getting one. */
    boolean exists(long id) {
        BookAccount found = accounts[position(id)];
        return found != null && found.origin != BookAccount.Origin.IMPLIED;
    }

    void open(LedgerCommand.OpenAccount command) {
        AccountRow row =
                empty(
                        command.account().number(),
                        command.customer(),
                        command.currency().number(),
                        command.overdraftLimit(),
                        command.name());
        BookAccount account = new BookAccount(row, BookAccount.Origin.OPENED);
        accounts[position(row.id())] = account;
        account.changed = true;
        changed.add(account);
    }

    /** Notes that more than the account's balance is not as it was read. */
    void changedBeyondBalance(BookAccount account) {
        onlyBalances = false;
        changed(account);
    }

    /** Notes that the account is not as it was read. */
    void changed(BookAccount account) {
        if (!account.changed) {
            account.changed = true;
            if (account.origin == BookAccount.Origin.IMPLIED) {
                account.origin = BookAccount.Origin.OPENED;
            }
            changed.add(account);
        }
    }

    /** Whether nothing but the balance changed of all accounts that have a row. */
    boolean onlyBalancesChanged() {
        return onlyBalances;
    }

    List<AccountRow> changed(boolean opened) {
        List<AccountRow> rows = new ArrayList<>(changed.size());
        for (BookAccount each : changed) {
            if ((each.origin == BookAccount.Origin.OPENED) == opened) {
                rows.add(each.row());
            }
        }
        return rows;
    }

    /** The number of this cell's suspense account in a currency. */
    long suspense(int currency) {
        return AccountNumber.of(new Slot(pinnedSlot), AccountNumber.Kind.SUSPENSE, currency)
                .number();
    }

    private boolean opensByItself(long id) {
        return isInterCell(id) || isOwn(id, AccountNumber.Kind.SUSPENSE);
    }

    private boolean isInterCell(long id) {
        return isOwn(id, AccountNumber.Kind.INTER_CELL);
    }

    private boolean isOwn(long id, AccountNumber.Kind kind) {
        return id / SLOT_UNIT == pinnedSlot && id / KIND_UNIT % 100 == kind.digits();
    }

    private static int currencyOf(long id) {
        return (int) (id / SERIAL_UNIT % 1_000);
    }

    private static AccountRow empty(
            long id, long customer, int currency, long overdraftLimit, String name) {
        return new AccountRow(
                id, customer, currency, AccountStatus.OPEN, 0, 0, 0, overdraftLimit, 0, name);
    }

    private int position(long id) {
        int position = Arrays.binarySearch(ids(), id);
        if (position < 0) {
            throw new IllegalStateException("account: " + id + " (expected: one that was added)");
        }
        return position;
    }
}

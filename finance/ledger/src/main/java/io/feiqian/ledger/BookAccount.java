package io.feiqian.ledger;

import io.feiqian.vocabulary.OutcomeCode;
import org.jspecify.annotations.Nullable;

/** One account while a book is open: what was read, with what was done to it since. */
final class BookAccount {
    /** Where an account stands between the table and the book. */
    enum Origin {
        /** It has a row. */
        READ,
        /** It gets a row with this batch. */
        OPENED,
        /** It would open by itself with the first money that comes. */
        IMPLIED
    }

    final long id;
    Origin origin;
    boolean changed;
    private final long customer;
    private final int currency;
    private final long overdraftLimit;
    private final String name;
    private AccountStatus status;
    private long balance;
    private long held;
    private long pending;
    private int openItems;

    BookAccount(AccountRow row, Origin origin) {
        this.id = row.id();
        this.origin = origin;
        this.customer = row.customer();
        this.currency = row.currency();
        this.overdraftLimit = row.overdraftLimit();
        this.name = row.name();
        this.status = row.status();
        this.balance = row.balance();
        this.held = row.held();
        this.pending = row.pending();
        this.openItems = row.openItems();
    }

    AccountRow row() {
        return new AccountRow(
                id,
                customer,
                currency,
                status,
                balance,
                held,
                pending,
                overdraftLimit,
                openItems,
                name);
    }

    long balance() {
        return balance;
    }

    /** Why new work cannot touch it, or null. */
    @Nullable OutcomeCode refusesNew(int inCurrency) {
        if (currency != inCurrency) {
            return OutcomeCode.CURRENCY_MISMATCH;
        }
        return switch (status) {
            case OPEN -> null;
            case FROZEN -> OutcomeCode.ACCOUNT_FROZEN;
            case CLOSED -> OutcomeCode.ACCOUNT_CLOSED;
        };
    }

    /** Why this much cannot leave it, or null. */
    @Nullable OutcomeCode refusesDebit(long amount) {
        long left = balance - held - amount;
        if (customer != 0) {
            return left < -overdraftLimit ? OutcomeCode.INSUFFICIENT_FUNDS : null;
        }
        return left < -Movement.LARGEST ? OutcomeCode.BALANCE_OVERFLOW : null;
    }

    /** Why this much cannot enter it, or null. */
    @Nullable OutcomeCode refusesCredit(long amount) {
        return balance + pending + amount > Movement.LARGEST ? OutcomeCode.BALANCE_OVERFLOW : null;
    }

    /**
     * Whether a confirm can move this much (negative: out of it), whatever its status but closed.
     */
    boolean takes(long signedAmount, int inCurrency) {
        long after = balance + signedAmount;
        boolean overflows = ((balance ^ after) & (signedAmount ^ after)) < 0;
        return currency == inCurrency && status != AccountStatus.CLOSED && !overflows;
    }

    /** Why it cannot be closed, or null. */
    @Nullable OutcomeCode refusesClosing() {
        if (balance != 0) {
            return OutcomeCode.ACCOUNT_NOT_EMPTY;
        }
        return held != 0 || pending != 0 || openItems != 0 ? OutcomeCode.ACCOUNT_BUSY : null;
    }

    boolean isClosed() {
        return status == AccountStatus.CLOSED;
    }

    void move(long signedAmount) {
        balance = Math.addExact(balance, signedAmount);
    }

    /** Takes up a reservation, or with negative numbers gives it up. */
    void reserve(boolean credit, long amount, int items) {
        if (credit) {
            pending = Math.addExact(pending, amount);
        } else {
            held = Math.addExact(held, amount);
        }
        openItems += items;
    }

    void set(AccountStatus next) {
        status = next;
    }
}

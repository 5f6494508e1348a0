package io.feiqian.ledger;

import java.util.Arrays;

/**
 * How much some accounts are meant to change, by position, were every command accepted and none a
 * repetition. One thread.
 */
final class AccountChanges {
    /** Sums of what is foreseen stay far from the limits of a {@code long}. */
    private static final long LARGEST = 1_000_000_000_000_000L;

    private long[] balance;
    private long[] held;
    private long[] pending;
    private int[] openItems;
    private boolean onlyBalances = true;

    /** No change of any of so many accounts. */
    AccountChanges(int size) {
        balance = new long[size];
        held = new long[size];
        pending = new long[size];
        openItems = new int[size];
    }

    /** Makes room for so many accounts. */
    void grow(int size) {
        balance = Arrays.copyOf(balance, size);
        held = Arrays.copyOf(held, size);
        pending = Arrays.copyOf(pending, size);
        openItems = Arrays.copyOf(openItems, size);
    }

    /** This much enters the account (negative: leaves it). */
    void move(int position, long amount) {
        balance[position] += foreseeable(amount);
    }

    /** This much is reserved in so many reservations (negative: given up). */
    void reserve(int position, boolean credit, long amount, int items) {
        (credit ? pending : held)[position] += foreseeable(amount);
        openItems[position] += items;
        onlyBalances = false;
    }

    /** Adds what another has at a position. */
    void add(int position, AccountChanges other, int otherPosition) {
        balance[position] += other.balance[otherPosition];
        held[position] += other.held[otherPosition];
        pending[position] += other.pending[otherPosition];
        openItems[position] += other.openItems[otherPosition];
        onlyBalances &= other.onlyBalances;
    }

    /** The changes of a part of the accounts. */
    AccountChanges range(int from, int to) {
        AccountChanges part = new AccountChanges(0);
        part.balance = Arrays.copyOfRange(balance, from, to);
        part.held = Arrays.copyOfRange(held, from, to);
        part.pending = Arrays.copyOfRange(pending, from, to);
        part.openItems = Arrays.copyOfRange(openItems, from, to);
        part.onlyBalances = onlyBalances;
        return part;
    }

    /** Whether this is what became of an account. */
    boolean are(int position, AccountRow before, AccountRow after) {
        return after.balance() == before.balance() + balance[position]
                && after.held() == before.held() + held[position]
                && after.pending() == before.pending() + pending[position]
                && after.openItems() == before.openItems() + openItems[position];
    }

    /** Whether no reservation is among them. */
    boolean onlyBalances() {
        return onlyBalances;
    }

    long[] balance() {
        return balance;
    }

    long[] held() {
        return held;
    }

    long[] pending() {
        return pending;
    }

    int[] openItems() {
        return openItems;
    }

    /** What is too much for a sum is not foreseen, and put right afterwards. */
    private static long foreseeable(long amount) {
        return Math.abs(amount) > LARGEST ? 0 : amount;
    }
}

package io.feiqian.simulation.audit;

import java.util.HashMap;
import java.util.Map;

/** The auditor's own sums, kept from movements alone and compared with what the bank says. */
final class Books {
    private record Pair(int lower, int higher, int currency) {}

    private record Sum(int cell, int currency) {}

    private final Map<Long, Fact.Account> accounts = new HashMap<>();
    private final Map<Long, Long> byMovements = new HashMap<>();
    private final Map<Sum, Long> sums = new HashMap<>();
    private final Map<Pair, Long> nets = new HashMap<>();

    /** An account before the world begins. */
    void open(int cell, Fact.Account account) {
        byMovements.put(account.number(), account.balance());
        take(cell, account);
    }

    /** A movement, before the accounts that it changed are looked at. */
    void move(Fact.Movement movement) {
        byMovements.merge(movement.debit(), -movement.amount(), Long::sum);
        byMovements.merge(movement.credit(), movement.amount(), Long::sum);
        for (long each : new long[] {movement.debit(), movement.credit()}) {
            Fact.Account known = accounts.get(each);
            if (known != null && known.closed()) {
                throw new Violation("money moved over closed account " + each + ": " + movement);
            }
        }
    }

    /** An account as the bank says it is now. */
    void take(int cell, Fact.Account now) {
        Fact.Account before = accounts.put(now.number(), now);
        long change = now.balance() - (before == null ? 0 : before.balance());
        sums.merge(new Sum(cell, now.currency()), change, Long::sum);
        if (Numbers.isInterCell(now.number())) {
            nets.merge(pair(cell, Numbers.peerOf(now.number()), now.currency()), change, Long::sum);
        }
        long counted = byMovements.getOrDefault(now.number(), 0L);
        if (counted != now.balance()) {
            throw new Violation(
                    "account %d says %d, its movements say %d"
                            .formatted(now.number(), now.balance(), counted));
        }
        if (Numbers.isCustomer(now.number()) && now.balance() - now.held() < -now.limit()) {
            throw new Violation("account below its limit: " + now);
        }
        if (now.held() < 0 || now.pending() < 0 || now.openItems() < 0) {
            throw new Violation("account with a negative reservation: " + now);
        }
        boolean empty =
                now.balance() == 0 && now.held() == 0 && now.pending() == 0 && now.openItems() == 0;
        if (now.closed() && !empty) {
            throw new Violation("closed account with money or reservations: " + now);
        }
    }

    /** A leg that was decided here and is not confirmed there yet, or (negative) now is. */
    void underWay(int cell, int peer, int currency, long amount) {
        nets.merge(pair(cell, peer, currency), -amount, Long::sum);
    }

    /** Every cell's balances sum to zero, every pair of cells nets to zero. */
    void check() {
        sums.forEach((sum, value) -> {
            if (value != 0) {
                throw new Violation(
                        "cell %d, currency %d: balances sum to %d"
                                .formatted(sum.cell, sum.currency, value));
            }
        });
        nets.forEach((pair, value) -> {
            if (value != 0) {
                throw new Violation(
                        "cells %d and %d, currency %d: do not net to zero but to %d"
                                .formatted(pair.lower, pair.higher, pair.currency, value));
            }
        });
    }

    /** Nothing is reserved or announced any more. */
    void checkNothingReserved() {
        for (Fact.Account each : accounts.values()) {
            if (each.held() != 0 || each.pending() != 0 || each.openItems() != 0) {
                throw new Violation("reservations that nobody finishes: " + each);
            }
        }
    }

    private static Pair pair(int one, int other, int currency) {
        return new Pair(Math.min(one, other), Math.max(one, other), currency);
    }
}

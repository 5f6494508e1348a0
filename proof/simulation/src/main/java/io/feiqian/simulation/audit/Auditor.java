package io.feiqian.simulation.audit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts money from outside, at every commit that becomes visible: each cell's balances sum to
 * zero, each pair of cells nets to zero with what is under way, nothing happens twice, nothing that
 * nobody asked for, nothing that was refused; and what a client was told is true. Every complaint
 * is a {@link Violation}. Not thread-safe.
 */
public final class Auditor {
    /** What a client was told. */
    public enum Told {
        /** It is done. */
        ACCEPTED,
        /** It was refused for ever. */
        REFUSED,
        /** Nothing happened by this request; it may be sent again. */
        NOTHING_HAPPENED,
        /** Nobody knows. */
        UNKNOWN
    }

    private record Leg(int cell, Fact.Movement movement) {}

    private record Range(int cell, int first, int last) {}

    private final Books books = new Books();
    private final Map<String, Leg> legs = new LinkedHashMap<>();
    private final Map<String, Long> takenBack = new HashMap<>();
    private final Map<String, Set<Request>> asked = new HashMap<>();
    private final Map<String, Request> accepted = new LinkedHashMap<>();
    private final Set<Request> refused = new LinkedHashSet<>();
    private final Set<Request> withdrawn = new LinkedHashSet<>();
    private final Set<Request> open = new LinkedHashSet<>();
    private final Map<Integer, Integer> closedThrough = new HashMap<>();
    private final Set<Range> lost = new LinkedHashSet<>();
    private final Mail mail = new Mail();
    private long movements;

    /** An account before the world begins. */
    public void opened(int cell, Fact.Account account) {
        books.open(cell, account);
    }

    /** How many movements of money it has seen. */
    public long movements() {
        return movements;
    }

    /** How many messages had their effect. */
    public long messages() {
        return mail.count();
    }

    /** Whether any leg of this transaction was posted with this sub-number. */
    public boolean hasLeg(String trace, int sub) {
        return legs.containsKey(trace + "-" + sub);
    }

    /**
     * A client sends this request.
     *
     * @param wantsAnswer whether it does not know how the request ended; then it is open until told
     */
    public void asked(Request request, boolean wantsAnswer) {
        asked.computeIfAbsent(request.trace(), each -> new LinkedHashSet<>()).add(request);
        withdrawn.remove(request);
        if (wantsAnswer) {
            open.add(request);
        }
    }

    /**
     * A client was told how its request ended.
     *
     * @param soleCopy whether no other copy of the request can still be under way
     */
    public void told(Request request, Told what, boolean soleCopy) {
        Leg own = legs.get(request.trace() + "-0");
        switch (what) {
            case ACCEPTED -> {
                open.remove(request);
                accepted.put(request.trace(), request);
                if (own == null || !isOf(own.movement, request)) {
                    throw new Violation(
                            "told accepted, but the journal says " + own + ": " + request);
                }
                if (refused.contains(request)) {
                    throw new Violation("told refused and then accepted: " + request);
                }
            }
            case REFUSED -> refuse(request, own, refused);
            case NOTHING_HAPPENED -> {
                if (soleCopy) {
                    refuse(request, own, withdrawn);
                }
            }
            case UNKNOWN -> {}
        }
    }

    /** The facts of one transaction that became visible in a cell. */
    public void committed(int cell, List<Fact> facts) {
        List<Fact.Account> accounts = new ArrayList<>();
        for (Fact each : facts) {
            switch (each) {
                case Fact.Movement movement -> move(cell, movement);
                case Fact.Account account -> accounts.add(account);
                case Fact.Sent sent -> mail.sent(sent);
                case Fact.Consumed consumed -> mail.consumed(consumed);
                case Fact.Skipped skipped -> mail.skipped(skipped);
                case Fact.Day day -> closedThrough.put(cell, day.closedThrough());
                case Fact.Ownership ownership -> own(cell, ownership);
            }
        }
        for (Fact.Account each : accounts) {
            checkOwned(cell, each);
            books.take(cell, each);
        }
        books.check();
    }

    /** Faults have ended and everything has come to rest: nothing is left over. */
    public void atRest(List<String> unfinished) {
        if (!unfinished.isEmpty()) {
            throw new Violation("unfinished at rest: " + unfinished);
        }
        if (!open.isEmpty()) {
            throw new Violation("never answered: " + open.iterator().next());
        }
        accepted.values().forEach(this::checkWhole);
        legs.values().forEach(each -> checkMatched(each));
        books.checkNothingReserved();
        books.check();
        mail.atRest(trace -> legs.containsKey(trace + "-0"));
    }

    private void refuse(Request request, @Nullable Leg own, Set<Request> among) {
        open.remove(request);
        among.add(request);
        if (own != null && isOf(own.movement, request)) {
            throw new Violation("told that nothing happened, but the journal says " + own);
        }
    }

    private void move(int cell, Fact.Movement movement) {
        if (!movement.accepted()) {
            return;
        }
        movements++;
        if (legs.putIfAbsent(movement.key(), new Leg(cell, movement)) != null) {
            throw new Violation("posted twice: " + movement);
        }
        int closed = closedThrough.getOrDefault(cell, 0);
        if (movement.date() <= closed) {
            throw new Violation("posted into a closed day (through " + closed + "): " + movement);
        }
        books.move(movement);
        if (movement.sub() == 0) {
            moveOwn(cell, movement);
        } else {
            moveBranch(cell, movement);
        }
    }

    private void moveOwn(int cell, Fact.Movement movement) {
        if (Numbers.homeOf(movement.trace()) != Numbers.slotOf(movement.debit())) {
            throw new Violation("not at the payer's home: " + movement);
        }
        Set<Request> contents = asked.getOrDefault(movement.trace(), Set.of());
        Optional<Request> content =
                contents.stream().filter(each -> isOf(movement, each)).findFirst();
        if (content.isEmpty()) {
            throw new Violation("nobody asked for " + movement + " but for " + contents);
        }
        if (refused.contains(content.get()) || withdrawn.contains(content.get())) {
            throw new Violation("happened after it was refused: " + movement);
        }
        content.get().original().ifPresent(original -> takeBack(original, movement));
        if (Numbers.isInterCell(movement.credit())) {
            books.underWay(
                    cell,
                    Numbers.peerOf(movement.credit()),
                    movement.currency(),
                    movement.amount());
        }
    }

    private void moveBranch(int cell, Fact.Movement movement) {
        Leg own = legs.get(movement.trace() + "-0");
        if (own == null) {
            throw new Violation("a branch was confirmed that nobody decided: " + movement);
        }
        Fact.Movement decided = own.movement;
        boolean matches =
                Numbers.isInterCell(decided.credit())
                        && Numbers.peerOf(decided.credit()) == cell
                        && Numbers.isInterCell(movement.debit())
                        && Numbers.peerOf(movement.debit()) == own.cell
                        && decided.amount() == movement.amount()
                        && decided.currency() == movement.currency();
        if (!matches) {
            throw new Violation("legs do not match: " + decided + " and " + movement);
        }
        if (decided.date() != movement.date()) {
            throw new Violation("legs on two days: " + decided + " and " + movement);
        }
        boolean asFor =
                asked.getOrDefault(movement.trace(), Set.of()).stream()
                        .anyMatch(each ->
                                isOf(decided, each)
                                        && (each.payee() == movement.credit()
                                                || Numbers.isSuspense(movement.credit())));
        if (!asFor) {
            throw new Violation("another payee than asked for: " + movement);
        }
        books.underWay(own.cell, cell, movement.currency(), -movement.amount());
    }

    private void takeBack(String original, Fact.Movement movement) {
        Leg taken = legs.get(original + "-0");
        long sum = takenBack.merge(original, movement.amount(), Long::sum);
        if (taken == null || sum > taken.movement.amount()) {
            throw new Violation("took back %d of %s: %s".formatted(sum, taken, movement));
        }
    }

    private void own(int cell, Fact.Ownership ownership) {
        Range range = new Range(cell, ownership.first(), ownership.last());
        if (ownership.writable()) {
            lost.remove(range);
        } else {
            lost.add(range);
        }
    }

    private void checkOwned(int cell, Fact.Account account) {
        int slot = Numbers.slotOf(account.number());
        for (Range each : lost) {
            if (each.cell == cell && each.first <= slot && slot <= each.last) {
                throw new Violation(
                        "cell %d wrote account %d, whose slot it has given up"
                                .formatted(cell, account.number()));
            }
        }
    }

    private void checkWhole(Request request) {
        Leg own = legs.get(request.trace() + "-0");
        if (own == null || !isOf(own.movement, request)) {
            throw new Violation("accepted, but not in the journal at the end: " + request);
        }
    }

    private void checkMatched(Leg leg) {
        boolean needsOther = leg.movement.sub() == 0 && Numbers.isInterCell(leg.movement.credit());
        if (needsOther && !legs.containsKey(leg.movement.trace() + "-1")) {
            throw new Violation("decided and never confirmed: " + leg);
        }
    }

    /** Whether an own leg is of this content; the payee shows only where it is in the same cell. */
    private static boolean isOf(Fact.Movement own, Request request) {
        return own.debit() == request.payer()
                && own.amount() == request.amount()
                && (own.credit() == request.payee() || Numbers.isInterCell(own.credit()));
    }
}

package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ledger as one would first write it: one command at a time, no balances kept, every balance
 * added up from all movements whenever it is asked for, in numbers without bounds. Shares no code
 * with {@link LedgerBook}, whose answers it predicts.
 */
final class NaiveLedger {
    private static final BigInteger LARGEST = BigInteger.TEN.pow(18);

    /** What was said under a key. */
    record Said(OutcomeCode code, String effect, boolean again) {
        private Said repeated() {
            return new Said(code, effect, true);
        }
    }

    private record Moved(EntryKey key, EntryKind kind, long from, long to, long amount, int code) {}

    private record Remembered(Said said, long digest, CellId initiator) {}

    private static final class Owned {
        private final int currency;
        private final BigInteger limit;
        private AccountStatus status = AccountStatus.OPEN;

        private Owned(int currency, BigInteger limit) {
            this.currency = currency;
            this.limit = limit;
        }
    }

    private static final class Reserved {
        private final Said said;
        private final LedgerCommand by;
        private final long account;
        private final boolean isCredit;
        private final long amount;
        private String state;

        private Reserved(Said said, LedgerCommand by, long account, boolean isCredit, long amount) {
            this.said = said;
            this.by = by;
            this.account = account;
            this.isCredit = isCredit;
            this.amount = amount;
            this.state = said.code() == OutcomeCode.ACCEPTED ? "open" : "refused";
        }
    }

    BusinessDate today;
    BusinessDate closedThrough;
    private final CellId cell;
    private final LedgerRules rules;
    private final Map<Long, Owned> accounts = new HashMap<>();
    private final List<Moved> moved = new ArrayList<>();
    private final Map<EntryKey, Remembered> remembered = new HashMap<>();
    private final Map<EntryKey, List<Long>> takenBack = new HashMap<>();
    private final Map<HoldKey, Reserved> reserved = new HashMap<>();

    NaiveLedger(CellId cell, LedgerRules rules, BusinessDate today) {
        this.cell = cell;
        this.rules = rules;
        this.today = today;
        this.closedThrough = today.plusDays(-1);
    }

    Said ask(LedgerCommand command) {
        return switch (command) {
            case LedgerCommand.Post it -> post(it);
            case LedgerCommand.Hold it -> reserve(it.key(), it, it.movement(), it.date(), false);
            case LedgerCommand.Announce it -> reserve(it.key(), it, it.movement(), it.date(), true);
            case LedgerCommand.Capture it -> capture(it);
            case LedgerCommand.Release it -> release(it);
            case LedgerCommand.OpenAccount it -> open(it);
            case LedgerCommand.SetStatus it -> set(it);
        };
    }

    BigInteger balance(long account) {
        BigInteger sum = BigInteger.ZERO;
        for (Moved each : moved) {
            if (each.from == account) {
                sum = sum.subtract(BigInteger.valueOf(each.amount));
            }
            if (each.to == account) {
                sum = sum.add(BigInteger.valueOf(each.amount));
            }
        }
        return sum;
    }

    BigInteger reserved(long account, boolean isCredit) {
        return reserved.values().stream()
                .filter(r -> r.state.equals("open") && r.account == account)
                .filter(r -> r.isCredit == isCredit)
                .map(r -> BigInteger.valueOf(r.amount))
                .reduce(BigInteger.ZERO, BigInteger::add);
    }

    private Said post(LedgerCommand.Post it) {
        Optional<Said> before = before(it.key(), it);
        if (before.isPresent()) {
            return before.get();
        }
        boolean own = it.key().sub().number() == 0;
        if (own && !it.key().trace().home().equals(it.movement().debit().slot())) {
            return said(OutcomeCode.TRACE_NOT_AT_HOME);
        }
        Optional<OutcomeCode> untimely = untimely(it.key().trace(), own, it.date());
        if (untimely.isPresent()) {
            return said(untimely.get());
        }
        OutcomeCode code =
                debitRefusal(it.movement())
                        .or(() -> creditRefusal(it.movement()))
                        .or(() -> reversalRefusal(it.movement()))
                        .orElse(OutcomeCode.ACCEPTED);
        if (code == OutcomeCode.ACCEPTED) {
            takeBack(it.movement());
            return remember(it.key(), it, move(it.key(), it.movement(), it.date()));
        }
        return remember(it.key(), it, said(code));
    }

    private Said move(EntryKey key, Movement movement, Optional<BusinessDate> date) {
        long from = movement.debit().number();
        long to = movement.credit().number();
        existing(from);
        existing(to);
        moved.add(new Moved(key, movement.kind(), from, to, movement.amount().minor(), 0));
        return new Said(
                OutcomeCode.ACCEPTED,
                "moved %d from %016d (%s) to %016d (%s) on %s"
                        .formatted(
                                movement.amount().minor(),
                                from,
                                balance(from),
                                to,
                                balance(to),
                                date.orElse(today)),
                false);
    }

    private void takeBack(Movement movement) {
        movement.original()
                .ifPresent(key ->
                        takenBack
                                .computeIfAbsent(key, k -> new ArrayList<>())
                                .add(movement.amount().minor()));
    }

    private Said reserve(
            HoldKey key,
            LedgerCommand it,
            Movement movement,
            Optional<BusinessDate> date,
            boolean isCredit) {
        Reserved before = reserved.get(key);
        if (before != null) {
            return isSame(before.by, it)
                    ? before.said.repeated()
                    : said(OutcomeCode.TRACE_CONTENT_DIFFERS);
        }
        boolean alone = key.attempt() == 0 && key.branch() == 0;
        if (alone && !isCredit && !key.trace().home().equals(movement.debit().slot())) {
            return said(OutcomeCode.TRACE_NOT_AT_HOME);
        }
        Optional<OutcomeCode> untimely = untimely(key.trace(), alone, date);
        if (untimely.isPresent()) {
            return said(untimely.get());
        }
        OutcomeCode code =
                (isCredit ? creditRefusal(movement) : debitRefusal(movement))
                        .orElse(OutcomeCode.ACCEPTED);
        long account = (isCredit ? movement.credit() : movement.debit()).number();
        long amount = movement.amount().minor();
        Said said =
                code == OutcomeCode.ACCEPTED
                        ? new Said(code, "reserved " + amount + " at " + account, false)
                        : said(code);
        if (code == OutcomeCode.ACCEPTED) {
            existing(account);
        }
        reserved.put(key, new Reserved(said, it, account, isCredit, amount));
        return said;
    }

    private Said capture(LedgerCommand.Capture it) {
        Optional<Said> before = before(it.key(), it);
        if (before.isPresent()) {
            return before.get();
        }
        Reserved what = reserved.get(it.hold());
        if (what == null) {
            return said(OutcomeCode.UNKNOWN_HOLD);
        }
        if (!isSame(what.by, it) || what.state.equals("refused")) {
            return said(OutcomeCode.CONTRADICTION);
        }
        if (!what.state.equals("open")) {
            return said(OutcomeCode.HOLD_ENDED);
        }
        what.state = "captured";
        Movement asked = it.movement();
        AccountNumber debit = orSuspense(asked.debit(), asked);
        AccountNumber credit = orSuspense(asked.credit(), asked);
        Movement booked =
                new Movement(
                        asked.kind(),
                        debit,
                        credit,
                        asked.amount(),
                        asked.text(),
                        asked.original(),
                        asked.counter());
        takeBack(asked);
        return remember(it.key(), it, move(it.key(), booked, it.date()));
    }

    private AccountNumber orSuspense(AccountNumber account, Movement movement) {
        Owned found = find(account.number());
        boolean takes =
                found != null
                        && found.status != AccountStatus.CLOSED
                        && found.currency == movement.amount().currency().number();
        return takes
                ? account
                : AccountNumber.of(
                        Slot.pinnedTo(cell),
                        AccountNumber.Kind.SUSPENSE,
                        movement.amount().currency().number());
    }

    private Said release(LedgerCommand.Release it) {
        Reserved what = reserved.get(it.hold());
        if (what == null) {
            return said(OutcomeCode.UNKNOWN_HOLD);
        }
        if (!isSame(what.by, it)) {
            return said(OutcomeCode.CONTRADICTION);
        }
        Said done = new Said(OutcomeCode.ACCEPTED, "released", false);
        return switch (what.state) {
            case "open" -> {
                what.state = "released";
                yield done;
            }
            case "captured" -> said(OutcomeCode.HOLD_ENDED);
            default -> done.repeated();
        };
    }

    private Said open(LedgerCommand.OpenAccount it) {
        Optional<Said> before = before(it.key(), it);
        if (before.isPresent()) {
            return before.get();
        }
        if (!it.key().trace().home().equals(it.account().slot())) {
            return said(OutcomeCode.TRACE_NOT_AT_HOME);
        }
        if (accounts.containsKey(it.account().number())) {
            return said(OutcomeCode.ALREADY_EXISTS);
        }
        Optional<OutcomeCode> untimely = untimely(it.key().trace(), true, Optional.empty());
        if (untimely.isPresent()) {
            return said(untimely.get());
        }
        BigInteger limit =
                it.account().kind().isInternal()
                        ? LARGEST
                        : BigInteger.valueOf(it.overdraftLimit());
        accounts.put(it.account().number(), new Owned(it.currency().number(), limit));
        return remember(
                it.key(), it, new Said(OutcomeCode.ACCEPTED, "opened " + it.account(), false));
    }

    private Said set(LedgerCommand.SetStatus it) {
        Optional<Said> before = before(it.key(), it);
        if (before.isPresent()) {
            return before.get();
        }
        if (!it.key().trace().home().equals(it.account().slot())) {
            return said(OutcomeCode.TRACE_NOT_AT_HOME);
        }
        Optional<OutcomeCode> untimely = untimely(it.key().trace(), true, Optional.empty());
        if (untimely.isPresent()) {
            return said(untimely.get());
        }
        long number = it.account().number();
        Owned account = accounts.get(number);
        OutcomeCode code = OutcomeCode.ACCEPTED;
        if (account == null) {
            code = OutcomeCode.UNKNOWN_ACCOUNT;
        } else if (account.status == AccountStatus.CLOSED) {
            code =
                    it.status() == AccountStatus.CLOSED
                            ? OutcomeCode.ACCEPTED
                            : OutcomeCode.ACCOUNT_CLOSED;
        } else if (it.status() == AccountStatus.CLOSED && balance(number).signum() != 0) {
            code = OutcomeCode.ACCOUNT_NOT_EMPTY;
        } else if (it.status() == AccountStatus.CLOSED && isBusy(number)) {
            code = OutcomeCode.ACCOUNT_BUSY;
        }
        if (code != OutcomeCode.ACCEPTED || account == null) {
            return remember(it.key(), it, said(code));
        }
        account.status = it.status();
        return remember(
                it.key(), it, new Said(code, "set " + it.account() + " " + it.status(), false));
    }

    private boolean isBusy(long account) {
        return reserved.values().stream()
                .anyMatch(r -> r.state.equals("open") && r.account == account);
    }

    private Optional<OutcomeCode> debitRefusal(Movement movement) {
        long number = movement.debit().number();
        Owned account = find(number);
        Optional<OutcomeCode> refusal = sideRefusal(account, movement);
        if (refusal.isPresent() || account == null) {
            return refusal;
        }
        BigInteger after =
                balance(number)
                        .subtract(reserved(number, false))
                        .subtract(BigInteger.valueOf(movement.amount().minor()));
        if (after.compareTo(account.limit.negate()) >= 0) {
            return Optional.empty();
        }
        return Optional.of(
                movement.debit().kind().isInternal()
                        ? OutcomeCode.BALANCE_OVERFLOW
                        : OutcomeCode.INSUFFICIENT_FUNDS);
    }

    private Optional<OutcomeCode> creditRefusal(Movement movement) {
        long number = movement.credit().number();
        Optional<OutcomeCode> refusal = sideRefusal(find(number), movement);
        if (refusal.isPresent()) {
            return refusal;
        }
        BigInteger after =
                balance(number)
                        .add(reserved(number, true))
                        .add(BigInteger.valueOf(movement.amount().minor()));
        return after.compareTo(LARGEST) > 0
                ? Optional.of(OutcomeCode.BALANCE_OVERFLOW)
                : Optional.empty();
    }

    private static Optional<OutcomeCode> sideRefusal(
            @org.jspecify.annotations.Nullable Owned account, Movement movement) {
        if (account == null) {
            return Optional.of(OutcomeCode.UNKNOWN_ACCOUNT);
        }
        if (account.currency != movement.amount().currency().number()) {
            return Optional.of(OutcomeCode.CURRENCY_MISMATCH);
        }
        return switch (account.status) {
            case OPEN -> Optional.empty();
            case FROZEN -> Optional.of(OutcomeCode.ACCOUNT_FROZEN);
            case CLOSED -> Optional.of(OutcomeCode.ACCOUNT_CLOSED);
        };
    }

    private Optional<OutcomeCode> reversalRefusal(Movement movement) {
        if (movement.original().isEmpty()) {
            return Optional.empty();
        }
        EntryKey key = movement.original().get();
        if (!remembered.containsKey(key)) {
            return Optional.of(OutcomeCode.UNKNOWN_TRANSACTION);
        }
        Optional<Moved> original = moved.stream().filter(m -> m.key.equals(key)).findFirst();
        if (original.isEmpty()
                || original.get().kind == EntryKind.REVERSAL
                || original.get().from != movement.credit().number()
                || original.get().to != movement.debit().number()) {
            return Optional.of(OutcomeCode.NOT_REVERSIBLE);
        }
        BigInteger total =
                takenBack.getOrDefault(key, List.of()).stream()
                        .map(BigInteger::valueOf)
                        .reduce(BigInteger.valueOf(movement.amount().minor()), BigInteger::add);
        return total.compareTo(BigInteger.valueOf(original.get().amount)) > 0
                ? Optional.of(OutcomeCode.REVERSAL_EXCEEDS_ORIGINAL)
                : Optional.empty();
    }

    private Optional<OutcomeCode> untimely(
            TraceNumber trace, boolean own, Optional<BusinessDate> date) {
        long age = today.daysSince(trace.date());
        if (age > rules.retentionDays()) {
            return Optional.of(OutcomeCode.TRACE_EXPIRED);
        }
        if (-age > (own ? rules.futureDays() : 31)) {
            return Optional.of(OutcomeCode.TRACE_IN_FUTURE);
        }
        return date.isPresent() && date.get().daysSince(closedThrough) <= 0
                ? Optional.of(OutcomeCode.DAY_CLOSED)
                : Optional.empty();
    }

    private @org.jspecify.annotations.Nullable Owned find(long number) {
        Owned found = accounts.get(number);
        AccountNumber account = new AccountNumber(number);
        boolean opensByItself =
                account.slot().equals(Slot.pinnedTo(cell))
                        && (account.kind() == AccountNumber.Kind.INTER_CELL
                                || account.kind() == AccountNumber.Kind.SUSPENSE);
        return found == null && opensByItself
                ? new Owned(Currency.ofNumber((int) (number / 10 % 1_000)).number(), LARGEST)
                : found;
    }

    private void existing(long number) {
        Owned found = find(number);
        if (found != null) {
            accounts.putIfAbsent(number, found);
        }
    }

    private Optional<Said> before(EntryKey key, LedgerCommand it) {
        Remembered before = remembered.get(key);
        if (before == null) {
            return Optional.empty();
        }
        boolean same = before.digest == it.digest() && before.initiator.equals(it.initiator());
        return Optional.of(same ? before.said.repeated() : said(OutcomeCode.TRACE_CONTENT_DIFFERS));
    }

    private Said remember(EntryKey key, LedgerCommand it, Said said) {
        remembered.put(key, new Remembered(said, it.digest(), it.initiator()));
        return said;
    }

    private static boolean isSame(LedgerCommand a, LedgerCommand b) {
        return a.digest() == b.digest() && a.initiator().equals(b.initiator());
    }

    private static Said said(OutcomeCode code) {
        return new Said(code, "", false);
    }
}

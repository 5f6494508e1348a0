package io.feiqian.ledger;

import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands over few accounts and few numbers, so that everything meets everything. */
final class CommandGenerator {
    private final Randomness random;
    private final List<AccountNumber> accounts = new ArrayList<>();
    private final List<LedgerCommand> sent = new ArrayList<>();
    BusinessDate today = Commands.DAY;
    private long serial;

    CommandGenerator(Randomness random) {
        this.random = random;
        for (int i = 0; i < 4; i++) {
            accounts.add(Commands.customer(i, i));
        }
        accounts.add(Commands.CASH);
        accounts.add(Commands.TO_PEER);
    }

    LedgerCommand next() {
        LedgerCommand command =
                switch (random.nextInt(20)) {
                    case 0, 1 -> open();
                    case 2 -> status();
                    case 3, 4, 5 -> sent.isEmpty() ? post() : again();
                    case 6, 7 -> reversal();
                    case 8, 9 -> hold();
                    case 10, 11 -> announce();
                    case 12, 13, 14 -> finish();
                    default -> post();
                };
        sent.add(command);
        return command;
    }

    private AccountNumber account() {
        return accounts.get(random.nextInt(accounts.size()));
    }

    private long amount() {
        return switch (random.nextInt(12)) {
            case 0 -> Movement.LARGEST;
            case 1 -> Movement.LARGEST - random.nextInt(100);
            default -> 1 + random.nextInt(300);
        };
    }

    private TraceNumber trace(AccountNumber payer) {
        Slot home = random.nextInt(30) == 0 ? new Slot(77) : payer.slot();
        int age = random.nextInt(12) == 0 ? random.nextInt(12) - 3 : 0;
        return TraceNumber.of(today.plusDays(-age), home, 1, serial++);
    }

    private CellId initiator() {
        return random.nextInt(15) == 0 ? Commands.PEER : Commands.CELL;
    }

    private Movement movement() {
        AccountNumber debit = account();
        AccountNumber credit = account();
        while (credit.equals(debit)) {
            credit = account();
        }
        Currency currency = random.nextInt(25) == 0 ? Currency.CNY : Currency.CZK;
        return Movement.of(EntryKind.TRANSFER, debit, credit, new Money(amount(), currency), "");
    }

    private Optional<BusinessDate> date() {
        return random.nextInt(3) == 0
                ? Optional.of(today.plusDays(random.nextInt(4) - 2))
                : Optional.empty();
    }

    private LedgerCommand open() {
        AccountNumber account = account();
        if (account.equals(Commands.TO_PEER)) {
            account = Commands.CASH;
        }
        boolean internal = account.kind().isInternal();
        return new LedgerCommand.OpenAccount(
                EntryKey.own(trace(account)),
                Commands.CELL,
                1,
                account,
                internal ? 0 : 5,
                random.nextInt(8) == 0 ? Currency.CNY : Currency.CZK,
                internal ? 0 : random.nextInt(3) * 100L,
                "");
    }

    private LedgerCommand status() {
        AccountNumber account = accounts.get(random.nextInt(5));
        AccountStatus status =
                switch (random.nextInt(12)) {
                    case 0 -> AccountStatus.CLOSED;
                    case 1, 2 -> AccountStatus.FROZEN;
                    default -> AccountStatus.OPEN;
                };
        return new LedgerCommand.SetStatus(
                EntryKey.own(trace(account)), Commands.CELL, 2, account, status);
    }

    private LedgerCommand post() {
        Movement movement = movement();
        int sub = random.nextInt(6) == 0 ? 1 : 0;
        return new LedgerCommand.Post(
                EntryKey.branch(trace(movement.debit()), sub),
                initiator(),
                Commands.digest(movement),
                movement,
                date());
    }

    private LedgerCommand again() {
        LedgerCommand before = sent.get(random.nextInt(sent.size()));
        if (before instanceof LedgerCommand.Post it && random.nextInt(4) == 0) {
            return new LedgerCommand.Post(
                    it.key(), it.initiator(), it.digest() + 1, it.movement(), it.date());
        }
        return before;
    }

    private LedgerCommand reversal() {
        if (sent.isEmpty()) {
            return post();
        }
        if (!(sent.get(random.nextInt(sent.size())) instanceof LedgerCommand.Post it)) {
            return post();
        }
        boolean straight = random.nextInt(10) == 0;
        Movement was = it.movement();
        Movement back =
                Movement.reversal(
                        it.key(),
                        straight ? was.debit() : was.credit(),
                        straight ? was.credit() : was.debit(),
                        new Money(
                                1 + random.nextInt((int) Math.min(was.amount().minor(), 400)),
                                was.amount().currency()),
                        "");
        return new LedgerCommand.Post(
                EntryKey.own(trace(back.debit())),
                Commands.CELL,
                Commands.digest(back),
                back,
                Optional.empty());
    }

    private HoldKey holdKey(Movement movement) {
        boolean alone = random.nextInt(3) == 0;
        return new HoldKey(trace(movement.debit()), alone ? 0 : 1, alone ? 0 : 1);
    }

    private LedgerCommand hold() {
        Movement movement = movement();
        return new LedgerCommand.Hold(
                holdKey(movement), Commands.PEER, Commands.digest(movement), movement, date());
    }

    private LedgerCommand announce() {
        Movement movement = movement();
        return new LedgerCommand.Announce(
                holdKey(movement), Commands.PEER, Commands.digest(movement), movement, date());
    }

    private LedgerCommand finish() {
        for (int tries = 0; tries < 8 && !sent.isEmpty(); tries++) {
            LedgerCommand before = sent.get(random.nextInt(sent.size()));
            boolean confirm = random.nextInt(3) > 0;
            long off = random.nextInt(20) == 0 ? 1 : 0;
            if (before instanceof LedgerCommand.Hold it) {
                return confirm
                        ? capture(it.key(), it.movement(), it.digest() + off)
                        : new LedgerCommand.Release(
                                it.key(), it.movement().debit(), Commands.PEER, it.digest() + off);
            }
            if (before instanceof LedgerCommand.Announce it) {
                return confirm
                        ? capture(it.key(), it.movement(), it.digest() + off)
                        : new LedgerCommand.Release(
                                it.key(), it.movement().credit(), Commands.PEER, it.digest() + off);
            }
        }
        return post();
    }

    private LedgerCommand capture(HoldKey key, Movement movement, long digest) {
        return new LedgerCommand.Capture(
                key,
                EntryKey.branch(key.trace(), key.branch()),
                Commands.PEER,
                digest,
                movement,
                date());
    }
}

package io.feiqian.ledger;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/** Commands of cell 1 as tests write them. */
final class Commands {
    static final CellId CELL = new CellId(1);
    static final CellId PEER = new CellId(2);
    static final BusinessDate DAY = BusinessDate.parse("2026-03-02");
    static final AccountNumber ALICE = customer(11, 1);
    static final AccountNumber BOB = customer(22, 2);
    static final AccountNumber CASH =
            AccountNumber.of(Slot.pinnedTo(CELL), AccountNumber.Kind.CASH, 1);
    static final AccountNumber TO_PEER = AccountNumber.interCell(CELL, PEER, Currency.CZK);

    private Commands() {}

    static AccountNumber customer(int slot, long serial) {
        return AccountNumber.of(new Slot(slot), AccountNumber.Kind.CUSTOMER, serial);
    }

    static TraceNumber trace(AccountNumber payer, long serial) {
        return trace(DAY, payer, serial);
    }

    static TraceNumber trace(BusinessDate date, AccountNumber payer, long serial) {
        return TraceNumber.of(date, payer.slot(), 7, serial);
    }

    static Movement move(AccountNumber debit, AccountNumber credit, long minor) {
        return Movement.of(
                EntryKind.TRANSFER, debit, credit, new Money(minor, Currency.CZK), "rent");
    }

    static long digest(Movement movement) {
        return ContentDigest.ofMovement(
                movement.kind(),
                movement.debit(),
                movement.credit(),
                movement.amount(),
                movement.text(),
                movement.original().map(EntryKey::trace));
    }

    static LedgerCommand.Post post(
            long serial, AccountNumber debit, AccountNumber credit, long minor) {
        return post(EntryKey.own(trace(debit, serial)), move(debit, credit, minor));
    }

    static LedgerCommand.Post post(EntryKey key, Movement movement) {
        return new LedgerCommand.Post(key, CELL, digest(movement), movement, Optional.empty());
    }

    static LedgerCommand.Post reversal(long serial, LedgerCommand.Post original, long minor) {
        AccountNumber paysBack = original.movement().credit();
        AccountNumber receives = original.movement().debit();
        Movement back =
                Movement.reversal(
                        original.key(), paysBack, receives, new Money(minor, Currency.CZK), "back");
        return post(EntryKey.own(trace(back.debit(), serial)), back);
    }

    static LedgerCommand.OpenAccount open(long serial, AccountNumber account, long overdraft) {
        return new LedgerCommand.OpenAccount(
                EntryKey.own(trace(account, serial)),
                CELL,
                ContentDigest.begin(EntryKind.ACCOUNT_OPENED).add(overdraft).end(),
                account,
                account.kind().isInternal() ? 0 : account.number() / 1_000,
                Currency.CZK,
                overdraft,
                account.kind().isInternal() ? "desk" : "");
    }

    static LedgerCommand.SetStatus set(long serial, AccountNumber account, AccountStatus status) {
        return new LedgerCommand.SetStatus(
                EntryKey.own(trace(account, serial)),
                CELL,
                ContentDigest.begin(EntryKind.STATUS_SET).add(status.number()).end(),
                account,
                status);
    }

    static HoldKey branch(long serial) {
        return new HoldKey(TraceNumber.of(DAY, new Slot(4_000), 7, serial), 1, 1);
    }

    /** A credit that cell 2 announces for an account of ours. */
    static LedgerCommand.Announce announce(long serial, AccountNumber credit, long minor) {
        Movement movement = move(TO_PEER, credit, minor);
        return new LedgerCommand.Announce(
                branch(serial), PEER, digest(movement), movement, Optional.of(DAY));
    }

    /** Funds that cell 2 reserves at an account of ours. */
    static LedgerCommand.Hold hold(long serial, AccountNumber debit, long minor) {
        Movement movement = move(debit, TO_PEER, minor);
        return new LedgerCommand.Hold(
                branch(serial), PEER, digest(movement), movement, Optional.of(DAY));
    }

    static LedgerCommand.Capture capture(LedgerCommand.Announce announced) {
        return capture(announced.key(), announced.movement(), announced.date());
    }

    static LedgerCommand.Capture capture(LedgerCommand.Hold held) {
        return capture(held.key(), held.movement(), held.date());
    }

    static LedgerCommand.Capture capture(
            HoldKey key, Movement movement, Optional<BusinessDate> date) {
        return new LedgerCommand.Capture(
                key,
                EntryKey.branch(key.trace(), key.branch()),
                PEER,
                digest(movement),
                movement,
                date);
    }

    static LedgerCommand.Release release(LedgerCommand.Announce announced) {
        return new LedgerCommand.Release(
                announced.key(), announced.movement().credit(), PEER, announced.digest());
    }

    static LedgerCommand.Release release(LedgerCommand.Hold held) {
        return new LedgerCommand.Release(held.key(), held.movement().debit(), PEER, held.digest());
    }
}

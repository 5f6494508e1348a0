package io.feiqian.bank;

import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.HoldKey;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.Movement;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.transaction.BranchCall;
import io.feiqian.transaction.spi.Participant;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;

/**
 * The payee's side of a movement that another cell decides: the credit is announced, then captured
 * or released. The debit side is the inter-cell account with the initiator, so that this cell's
 * books balance by themselves (net-zero).
 */
final class LedgerCredit implements Participant {
    /** The name by which branches address it. */
    static final String SERVICE = "ledger.credit";

    private final CellId cell;
    private final Contribution<LedgerCommand> ledger;

    LedgerCredit(CellId cell, Contribution<LedgerCommand> ledger) {
        this.cell = cell;
        this.ledger = ledger;
    }

    @Override
    public String service() {
        return SERVICE;
    }

    @Override
    public Share attempt(BranchCall call) {
        MovementOrder order = read(call);
        return share(
                new LedgerCommand.Announce(
                        hold(call),
                        call.initiator(),
                        order.digest(),
                        leg(order, call),
                        Optional.of(call.businessDate())));
    }

    @Override
    public Share confirm(BranchCall call) {
        MovementOrder order = read(call);
        return share(
                new LedgerCommand.Capture(
                        hold(call),
                        EntryKey.branch(call.key().trace(), call.key().branch()),
                        call.initiator(),
                        order.digest(),
                        leg(order, call),
                        Optional.of(call.businessDate())));
    }

    @Override
    public Share cancel(BranchCall call) {
        MovementOrder order = read(call);
        return share(
                new LedgerCommand.Release(
                        hold(call), order.payee(), call.initiator(), order.digest()));
    }

    /** A credit without its announcement could be refused, which no confirm may be. */
    @Override
    public Optional<Share> rebuild(BranchCall call) {
        return Optional.empty();
    }

    private Movement leg(MovementOrder order, BranchCall call) {
        return order.payeeLeg(cell, call.initiator());
    }

    private Share share(LedgerCommand command) {
        return Share.of(new Part<>(ledger, command));
    }

    private static HoldKey hold(BranchCall call) {
        return new HoldKey(call.key().trace(), call.key().attempt(), call.key().branch());
    }

    private static MovementOrder read(BranchCall call) {
        MovementOrder order = CreditContent.read(call.key().trace(), call.content());
        if (!order.payee().slot().equals(call.slot())) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "branch: slot %s (expected: %s, the payee's)"
                            .formatted(call.slot(), order.payee().slot()));
        }
        return order;
    }
}

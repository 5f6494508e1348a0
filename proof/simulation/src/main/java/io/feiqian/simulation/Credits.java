package io.feiqian.simulation;

import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.HoldKey;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.Movement;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.transaction.BranchCall;
import io.feiqian.transaction.spi.Participant;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Slot;
import java.util.List;
import java.util.Optional;

/** The payee's side of a movement that another cell decides: announced, then captured. */
final class Credits implements Participant {
    static final String SERVICE = "credit";

    private final CellId cell;
    private final Rules rules;
    private final Contribution<LedgerCommand> ledger;

    Credits(CellId cell, Contribution<LedgerCommand> ledger, Rules rules) {
        this.cell = cell;
        this.ledger = ledger;
        this.rules = rules;
    }

    @Override
    public String service() {
        return SERVICE;
    }

    @Override
    public Share attempt(BranchCall call) {
        Order.Move move = Order.Move.read(call.key().trace(), call.content());
        return share(
                new LedgerCommand.Announce(
                        hold(call), call.initiator(), call.digest(), leg(move, call), date(call)));
    }

    @Override
    public Share confirm(BranchCall call) {
        Order.Move move = Order.Move.read(call.key().trace(), call.content());
        EntryKey key = EntryKey.branch(call.key().trace(), call.key().branch());
        if (rules.lack(Rule.CONFIRM_NEVER_REFUSED)) {
            LedgerCommand post =
                    new LedgerCommand.Post(
                            key, call.initiator(), call.digest(), leg(move, call), date(call));
            return new Share(
                    List.of(new Part<>(ledger, release(call)), new Part<>(ledger, post)),
                    List.of());
        }
        return share(
                new LedgerCommand.Capture(
                        hold(call),
                        key,
                        call.initiator(),
                        call.digest(),
                        leg(move, call),
                        date(call)));
    }

    @Override
    public Share cancel(BranchCall call) {
        return share(release(call));
    }

    private static LedgerCommand release(BranchCall call) {
        Order.Move move = Order.Move.read(call.key().trace(), call.content());
        return new LedgerCommand.Release(hold(call), move.payee(), call.initiator(), call.digest());
    }

    @Override
    public Optional<Share> rebuild(BranchCall call) {
        return Optional.empty();
    }

    private Movement leg(Order.Move move, BranchCall call) {
        AccountNumber interCell =
                rules.lack(Rule.NET_ZERO)
                        ? AccountNumber.of(Slot.pinnedTo(cell), AccountNumber.Kind.CASH, 1)
                        : AccountNumber.interCell(cell, call.initiator(), Currency.CNY);
        Movement movement =
                move.original().isEmpty()
                        ? Movement.of(move.kind(), interCell, move.payee(), move.amount(), "")
                        : Movement.reversal(
                                EntryKey.own(move.original().get()),
                                interCell,
                                move.payee(),
                                move.amount(),
                                "");
        return movement.behind(move.payer());
    }

    private Optional<BusinessDate> date(BranchCall call) {
        return rules.lack(Rule.BUSINESS_DATE) ? Optional.empty() : Optional.of(call.businessDate());
    }

    private Share share(LedgerCommand command) {
        return Share.of(new Part<>(ledger, command));
    }

    private static HoldKey hold(BranchCall call) {
        return new HoldKey(call.key().trace(), call.key().attempt(), call.key().branch());
    }
}

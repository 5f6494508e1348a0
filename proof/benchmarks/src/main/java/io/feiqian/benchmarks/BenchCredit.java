package io.feiqian.benchmarks;

import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.EntryKind;
import io.feiqian.ledger.HoldKey;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.LedgerContribution;
import io.feiqian.ledger.Movement;
import io.feiqian.participant.Content;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.transaction.BranchCall;
import io.feiqian.transaction.spi.Participant;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The payee's side: announces a credit, then captures or releases it, as the bank's own does. */
final class BenchCredit implements Participant {
    static final String SERVICE = "bench.credit";
    private static final int CONTENT_BYTES = 16;

    private final CellId cell;
    private final LedgerContribution ledger;

    BenchCredit(CellId cell, LedgerContribution ledger) {
        this.cell = cell;
        this.ledger = ledger;
    }

    static Content content(AccountNumber payee, Money amount) {
        return Content.of(
                ByteBuffer.allocate(CONTENT_BYTES)
                        .putLong(payee.number())
                        .putLong(amount.minor())
                        .array());
    }

    @Override
    public String service() {
        return SERVICE;
    }

    @Override
    public Share attempt(BranchCall call) {
        return share(
                new LedgerCommand.Announce(
                        hold(call),
                        call.initiator(),
                        call.digest(),
                        leg(call),
                        Optional.of(call.businessDate())));
    }

    @Override
    public Share confirm(BranchCall call) {
        return share(
                new LedgerCommand.Capture(
                        hold(call),
                        EntryKey.branch(call.key().trace(), call.key().branch()),
                        call.initiator(),
                        call.digest(),
                        leg(call),
                        Optional.of(call.businessDate())));
    }

    @Override
    public Share cancel(BranchCall call) {
        return share(
                new LedgerCommand.Release(
                        hold(call), leg(call).credit(), call.initiator(), call.digest()));
    }

    @Override
    public Optional<Share> rebuild(BranchCall call) {
        return Optional.empty();
    }

    private Movement leg(BranchCall call) {
        ByteBuffer content = call.content().buffer();
        AccountNumber payee = new AccountNumber(content.getLong());
        Money amount = new Money(content.getLong(), Currency.CZK);
        AccountNumber peer = AccountNumber.interCell(cell, call.initiator(), Currency.CZK);
        return Movement.of(EntryKind.TRANSFER, peer, payee, amount, "rent");
    }

    private Share share(LedgerCommand command) {
        return Share.of(new Part<>(ledger, command));
    }

    private static HoldKey hold(BranchCall call) {
        return new HoldKey(call.key().trace(), call.key().attempt(), call.key().branch());
    }
}

package io.feiqian.benchmarks;

import io.feiqian.ledger.ContentDigest;
import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.EntryKind;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.Movement;
import io.feiqian.participant.Content;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.GroupedCommits;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.transaction.BranchContribution;
import io.feiqian.transaction.BranchSpec;
import io.feiqian.transaction.CellTransactions;
import io.feiqian.transaction.DecisionContribution;
import io.feiqian.transaction.GlobalTransaction;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.transaction.PeerReply;
import io.feiqian.transaction.Settling;
import io.feiqian.transaction.TransactionSettings;
import io.feiqian.transaction.spi.PeerChannel;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Atomic transfers from one cell to the other by the whole protocol: try, decide with the payer's
 * leg, confirm, and the lazy mark of the end. The callers are answered at the decision; messages
 * are handed over inside the process.
 */
final class GlobalTransfers implements Variant {
    private static final int CHANNEL = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SETTLING = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(5);

    /** Makes the local commits of one cell. */
    private interface Commits {
        LocalCommit over(TransferCell cell, Timer timer);
    }

    private final String name;
    private final TransferCell payers;
    private final TransferCell payees;
    private final Timer timer = Timer.system("bench-transfers");
    private final List<AutoCloseable> commits = new ArrayList<>();
    private final CellTransactions initiator;
    private final CellTransactions participant;

    private GlobalTransfers(
            String name, TransferCell payers, TransferCell payees, Commits commits) {
        this.name = name;
        this.payers = payers;
        this.payees = payees;
        this.participant = transactions(payees, commits, new ToPeer());
        this.initiator = transactions(payers, commits, new ToPeer());
    }

    /** In grouped commits, one connection a database. */
    static GlobalTransfers batched(TransferCell payers, TransferCell payees) {
        return new GlobalTransfers(
                "batched",
                payers,
                payees,
                (cell, timer) ->
                        new GroupedCommits(
                                cell.database(),
                                GroupedCommits.Settings.defaults(),
                                Clock.system(),
                                timer,
                                new SimpleMeterRegistry(),
                                alarm -> {}));
    }

    /** The same, every work a database transaction of its own on a pool of connections. */
    static GlobalTransfers unbatched(TransferCell payers, TransferCell payees, int connections) {
        return new GlobalTransfers(
                "naive",
                payers,
                payees,
                (cell, timer) -> new SingleCommits(cell.database(), connections, timer));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean run(int payer, int payee, long number) {
        AccountNumber debit = payers.account(payer);
        AccountNumber credit = payees.account(payee);
        Money amount = new Money(1 + number % 100, Currency.CZK);
        TraceNumber trace = TraceNumber.of(TransferCell.DAY, debit.slot(), CHANNEL, number);
        long digest =
                ContentDigest.ofMovement(
                        EntryKind.TRANSFER, debit, credit, amount, "rent", Optional.empty());
        Movement leg =
                Movement.of(
                        EntryKind.TRANSFER,
                        debit,
                        AccountNumber.interCell(payers.id(), payees.id(), Currency.CZK),
                        amount,
                        "rent");
        Content content = BenchCredit.content(credit, amount);
        GlobalTransaction transfer =
                new GlobalTransaction(
                        trace,
                        digest,
                        TransferCell.DAY,
                        List.of(BranchSpec.of(1, credit.slot(), BenchCredit.SERVICE, content)),
                        Share.of(
                                new Part<>(
                                        payers.ledger(),
                                        new LedgerCommand.Post(
                                                EntryKey.own(trace),
                                                payers.id(),
                                                digest,
                                                leg,
                                                Optional.of(TransferCell.DAY)))),
                        PATIENCE,
                        content,
                        Settling.GATHERED);
        return initiator.execute(transfer).decided().join().isAccepted();
    }

    /** Waits until nothing is unfinished; refuses where that never comes. */
    void settle() throws InterruptedException {
        Clock clock = Clock.system();
        long until = clock.nanos() + SETTLING.toNanos();
        while (initiator.unfinished() > 0) {
            if (clock.nanos() - until > 0) {
                throw new IllegalStateException(
                        "unfinished: " + initiator.unfinished() + " (expected: none)");
            }
            timer.pause(LOOK);
        }
    }

    @Override
    public void close() {
        initiator.close();
        participant.close();
        for (AutoCloseable each : commits) {
            try {
                each.close();
            } catch (Exception failed) {
                throw new IllegalStateException("commits: cannot be closed", failed);
            }
        }
        timer.close();
    }

    private CellTransactions transactions(TransferCell cell, Commits maker, PeerChannel peers) {
        LocalCommit local = maker.over(cell, timer);
        if (local instanceof AutoCloseable closeable) {
            commits.add(closeable);
        }
        return new CellTransactions(
                new CellTransactions.Ports(
                        cell.id(),
                        local,
                        cell.database().pool(),
                        peers,
                        Clock.system(),
                        timer,
                        alarm -> {}),
                new DecisionContribution(),
                new BranchContribution(),
                List.of(new BenchCredit(cell.id(), cell.ledger())),
                TransactionSettings.DEFAULT);
    }

    /** Hands messages to the cell that the route map names. */
    private final class ToPeer implements PeerChannel {
        @Override
        public CompletableFuture<PeerReply> send(PeerMessage message) {
            boolean toPayees = owner(message.slot()).filter(payees.id()::equals).isPresent();
            return (toPayees ? participant : initiator).receive(message);
        }

        @Override
        public Optional<CellId> owner(Slot slot) {
            return Optional.of(TransferCell.MAP.route(slot).owner());
        }
    }
}

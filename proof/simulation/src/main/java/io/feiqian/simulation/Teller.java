package io.feiqian.simulation;

import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.Movement;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.storage.Work;
import io.feiqian.transaction.BranchSpec;
import io.feiqian.transaction.DecisionCommand;
import io.feiqian.transaction.GlobalTransaction;
import io.feiqian.transaction.Settling;
import io.feiqian.transaction.Transactions;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The bank's desk in one instance: turns an order into one local commit or, where the payee lives
 * in another cell, into a global transaction. Not thread-safe.
 */
final class Teller {
    private final CellId cell;
    private final SimulatedProcess process;
    private final Topology topology;
    private final SimulatedMail mail;
    private final LocalCommit commit;
    private final Transactions transactions;
    private final Supplier<BusinessDate> today;
    private final Rules rules;
    private final Contribution<LedgerCommand> ledger;
    private final Contribution<DecisionCommand> decisions;

    Teller(
            CellId cell,
            SimulatedProcess process,
            Topology topology,
            SimulatedMail mail,
            Transactions transactions,
            Supplier<BusinessDate> today,
            Contribution<LedgerCommand> ledger,
            Contribution<DecisionCommand> decisions,
            Rules rules) {
        this.cell = cell;
        this.process = process;
        this.topology = topology;
        this.mail = mail;
        this.commit = mail.commits();
        this.transactions = transactions;
        this.today = today;
        this.rules = rules;
        this.ledger = ledger;
        this.decisions = decisions;
    }

    /** Takes an order of a caller who knows this epoch of its home slot. */
    CompletableFuture<Answer> take(Order order, Optional<Epoch> epoch, Duration wanted) {
        return switch (order) {
            case Order.Move move ->
                    topology.owner(move.payee().slot()).equals(cell)
                            ? local(move, epoch, wanted)
                            : transactions.execute(global(move, wanted)).decided();
            case Order.SetStatus set -> commit.submit(status(set, epoch, wanted));
        };
    }

    private CompletableFuture<Answer> local(Order.Move move, Optional<Epoch> epoch, Duration wait) {
        Movement movement = movement(move, move.payer(), move.payee(), 0);
        List<Claim> claims =
                List.of(
                        new Claim(move.trace().home(), WorkKind.NEW_WORK, epoch),
                        Claim.of(move.payee().slot(), WorkKind.NEW_CREDIT));
        List<Part<?>> parts = new ArrayList<>();
        parts.add(post(move, movement, Optional.empty()));
        parts.add(new Part<>(decisions, new DecisionCommand.Guard(move.trace(), digest(move))));
        mail.telling(move).ifPresent(parts::add);
        return commit.submit(
                new Work(claims, parts, Lane.NEW, Deadline.after(wait, process.clock())));
    }

    private GlobalTransaction global(Order.Move move, Duration wanted) {
        CellId peer = topology.owner(move.payee().slot());
        AccountNumber interCell = AccountNumber.interCell(cell, peer, Currency.CNY);
        BusinessDate date = today.get();
        Movement own = movement(move, move.payer(), interCell, 1).behind(move.payee());
        BranchSpec branch = BranchSpec.of(1, move.payee().slot(), Credits.SERVICE, move.content());
        List<Part<?>> parts = new ArrayList<>();
        parts.add(post(move, own, Optional.of(date)));
        mail.telling(move).ifPresent(parts::add);
        Share share = new Share(parts, List.of(Claim.of(Slot.pinnedTo(cell), WorkKind.DECISION)));
        Settling settling = move.trace().serial() % 2 == 0 ? Settling.AT_ONCE : Settling.GATHERED;
        return new GlobalTransaction(
                move.trace(),
                digest(move),
                date,
                List.of(branch),
                share,
                wanted,
                move.content(),
                settling);
    }

    private long digest(Order.Move move) {
        return rules.lack(Rule.TRACE_IDENTITY) ? 1 : move.digest();
    }

    private Part<LedgerCommand> post(
            Order.Move move, Movement movement, Optional<BusinessDate> date) {
        return new Part<>(
                ledger,
                new LedgerCommand.Post(
                        EntryKey.own(move.trace()), cell, digest(move), movement, date));
    }

    /**
     * The leg from one account to another; a reversal takes back the leg that was posted with the
     * other accounts, which was the branch's own where the original came from another cell.
     */
    private static Movement movement(
            Order.Move move, AccountNumber debit, AccountNumber credit, int originalsSub) {
        if (move.original().isEmpty()) {
            return Movement.of(move.kind(), debit, credit, move.amount(), "");
        }
        EntryKey original =
                originalsSub == 0
                        ? EntryKey.own(move.original().get())
                        : EntryKey.branch(move.original().get(), originalsSub);
        return Movement.reversal(original, debit, credit, move.amount(), "");
    }

    private Work status(Order.SetStatus set, Optional<Epoch> epoch, Duration wanted) {
        List<Part<?>> parts = new ArrayList<>();
        parts.add(
                new Part<>(
                        ledger,
                        new LedgerCommand.SetStatus(
                                EntryKey.own(set.trace()),
                                cell,
                                set.digest(),
                                set.account(),
                                set.status())));
        return new Work(
                List.of(new Claim(set.trace().home(), WorkKind.NEW_WORK, epoch)),
                parts,
                Lane.NEW,
                Deadline.after(wanted, process.clock()));
    }
}

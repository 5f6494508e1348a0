package io.feiqian.bank;

import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.Movement;
import io.feiqian.participant.Content;
import io.feiqian.routing.Routes;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.storage.Work;
import io.feiqian.telemetry.Tracing;
import io.feiqian.transaction.BranchSpec;
import io.feiqian.transaction.DecisionCommand;
import io.feiqian.transaction.GlobalTransaction;
import io.feiqian.transaction.Settling;
import io.feiqian.transaction.Transactions;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Executes orders to move money: in one local commit where this cell owns both accounts, else as a
 * global transaction whose only branch is the payee's credit (last-agent rule). Thread-safe; never
 * blocks.
 */
final class Payments {
    /** The longest a transaction may stay undecided, whatever the caller's patience. */
    private static final Duration LONGEST_UNDECIDED = Duration.ofSeconds(10);

    /** What is kept of a caller's patience for the way of the answer. */
    private static final Duration WAY_BACK = Duration.ofMillis(100);

    private final CellId cell;
    private final Routes routes;
    private final LocalCommit commits;
    private final Contribution<LedgerCommand> ledger;
    private final Contribution<DecisionCommand> decisions;
    private final Transactions transactions;
    private final OpenDay openDay;
    private final Notices notices;
    private final Timer timer;

    Payments(CellParts parts, Transactions transactions, OpenDay openDay, Notices notices) {
        this.cell = parts.cell();
        this.routes = parts.routes();
        this.commits = parts.commits();
        this.ledger = parts.ledger();
        this.decisions = parts.decisions();
        this.transactions = transactions;
        this.openDay = openDay;
        this.notices = notices;
        this.timer = parts.timer();
    }

    /**
     * Moves the money and answers at the decision, or once everything is settled where that is
     * wanted and comes before the caller's deadline. Never completes exceptionally.
     */
    CompletableFuture<Moved> move(MovementOrder order, Caller caller, boolean untilSettled) {
        Tracing.Origin origin = Tracing.origin(Optional.of(order.trace()));
        return once(order, caller, untilSettled, origin)
                .thenCompose(moved -> {
                    long known = routes.current().version();
                    if (moved.answer().code() != OutcomeCode.WRONG_CELL) {
                        return CompletableFuture.completedFuture(moved);
                    }
                    // Our own map may be the old one: it chose between the two paths.
                    return routes.refresh(0)
                            .thenCompose(map ->
                                    map.version() > known
                                            ? once(order, caller, untilSettled, origin)
                                            : CompletableFuture.completedFuture(moved));
                });
    }

    private CompletableFuture<Moved> once(
            MovementOrder order, Caller caller, boolean untilSettled, Tracing.Origin origin) {
        CellId payeeCell;
        try {
            payeeCell = routes.route(order.payee().slot()).owner();
        } catch (RefusedException noRoute) {
            return done(Answer.refused(noRoute.code(), String.valueOf(noRoute.getMessage())));
        }
        if (payeeCell.equals(cell)) {
            return local(order, caller).thenApply(answer -> new Moved(answer, true));
        }
        // Only the reading of the day is turned into a refusal here: it comes before the beginning.
        return openDay.now()
                .thenApply(Optional::of)
                .exceptionally(fault -> Optional.empty())
                .thenCompose(day ->
                        day.isPresent()
                                ? traced(
                                        origin,
                                        () ->
                                                global(
                                                        order,
                                                        payeeCell,
                                                        day.get(),
                                                        caller,
                                                        untilSettled))
                                : done(
                                        Answer.refused(
                                                OutcomeCode.DATABASE_UNAVAILABLE,
                                                "business date: cannot be read now")));
    }

    /** The day may have been read on another thread than the caller's. */
    private static CompletableFuture<Moved> traced(
            Tracing.Origin origin, Supplier<CompletableFuture<Moved>> work) {
        try (Tracing.Entered _ = origin.enter()) {
            return work.get();
        }
    }

    private CompletableFuture<Answer> local(MovementOrder order, Caller caller) {
        Slot payer = order.payer().slot();
        Slot payee = order.payee().slot();
        Claim debit = new Claim(payer, WorkKind.NEW_WORK, caller.epochOf(payer));
        List<Claim> claims =
                payer.equals(payee)
                        ? List.of(debit)
                        : List.of(debit, Claim.of(payee, WorkKind.NEW_CREDIT));
        List<Part<?>> parts = new ArrayList<>(3);
        parts.add(new Part<>(ledger, post(order, order.within(), Optional.empty())));
        parts.add(new Part<>(decisions, new DecisionCommand.Guard(order.trace(), order.digest())));
        notices.of(order, caller).ifPresent(parts::add);
        return commits.submit(new Work(claims, parts, Lane.NEW, caller.deadline()));
    }

    private CompletableFuture<Moved> global(
            MovementOrder order,
            CellId payeeCell,
            BusinessDate day,
            Caller caller,
            boolean untilSettled) {
        Duration patience = caller.deadline().remaining();
        if (patience.compareTo(WAY_BACK) <= 0) {
            return done(
                    Answer.refused(
                            OutcomeCode.DEADLINE_EXPIRED,
                            "deadline: passed before the transaction began"));
        }
        Content content = CreditContent.write(order);
        Movement leg = order.payerLeg(cell, payeeCell);
        Transactions.Execution execution =
                transactions.execute(
                        new GlobalTransaction(
                                order.trace(),
                                order.digest(),
                                day,
                                List.of(
                                        BranchSpec.of(
                                                1,
                                                order.payee().slot(),
                                                LedgerCredit.SERVICE,
                                                content)),
                                share(order, post(order, leg, Optional.of(day)), caller),
                                patience.compareTo(LONGEST_UNDECIDED) < 0
                                        ? patience
                                        : LONGEST_UNDECIDED,
                                content,
                                untilSettled ? Settling.AT_ONCE : Settling.GATHERED,
                                caller.label()));
        return execution
                .decided()
                .thenCompose(answer ->
                        untilSettled && answer.isAccepted()
                                ? settled(execution, answer, caller)
                                : CompletableFuture.completedFuture(
                                        new Moved(answer, isSettled(execution))));
    }

    /** Waits until everything is settled, but answers what is decided before the caller is gone. */
    private CompletableFuture<Moved> settled(
            Transactions.Execution execution, Answer decided, Caller caller) {
        CompletableFuture<Moved> first = new CompletableFuture<>();
        Duration left = caller.deadline().remaining().minus(WAY_BACK);
        Timer.Cancellable atLast =
                timer.after(
                        left.isNegative() ? Duration.ZERO : left,
                        () -> first.complete(new Moved(decided, isSettled(execution))));
        var _ =
                execution
                        .settled()
                        .thenAccept(answer -> {
                            atLast.cancel();
                            first.complete(new Moved(decided, true));
                        });
        return first;
    }

    /** The initiator's own share: its leg, and the notice that leaves with the decision. */
    private Share share(MovementOrder order, LedgerCommand leg, Caller caller) {
        Part<?> post = new Part<>(ledger, leg);
        return notices.of(order, caller)
                .map(notice -> new Share(List.of(post, notice), List.of()))
                .orElseGet(() -> Share.of(post));
    }

    private LedgerCommand post(
            MovementOrder order, Movement movement, Optional<BusinessDate> date) {
        return new LedgerCommand.Post(
                EntryKey.own(order.trace()), cell, order.digest(), movement, date);
    }

    private static boolean isSettled(Transactions.Execution execution) {
        return execution.settled().isDone();
    }

    private static CompletableFuture<Moved> done(Answer answer) {
        return CompletableFuture.completedFuture(new Moved(answer, false));
    }
}

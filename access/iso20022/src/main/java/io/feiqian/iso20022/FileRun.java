package io.feiqian.iso20022;

import io.feiqian.bank.contract.GetTransactionResponse;
import io.feiqian.iso20022.spi.Bank;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Reads a checked file a second time and has its transactions done, so many at once; what became of
 * each is kept by its place in the file. Blocks its thread while the window is full; used by one.
 */
final class FileRun implements MessageReader.Visitor {
    private final Bank bank;
    private final int window;
    private final PaymentOrders orders;
    private final Semaphore room;
    private final AtomicReferenceArray<Status> statuses;
    private final List<Integer> batchStarts = new ArrayList<>();
    private Fields batch = new Fields();
    private int next;

    FileRun(Bank bank, IsoConfig config, Group group, LocalDate today) {
        this.bank = bank;
        this.window = config.window();
        this.orders = new PaymentOrders(config, group, today);
        this.room = new Semaphore(window);
        this.statuses = new AtomicReferenceArray<>(group.count());
    }

    /** Waits until every transaction has ended. */
    Statuses ended() {
        room.acquireUninterruptibly(window);
        return new Statuses(statuses, batchStarts);
    }

    @Override
    public void group(MessageName name, Fields group) {}

    @Override
    public void batch(Fields fields) {
        batch = fields;
        batchStarts.add(next);
    }

    @Override
    public void transaction(Fields fields) {
        int place = next++;
        if (place >= statuses.length()) {
            throw new IllegalStateException("the file has more transactions than when checked");
        }
        PaymentOrders.Order order;
        try {
            order = orders.next(batch, fields);
        } catch (IsoRefusal refusal) {
            statuses.set(place, Status.of(refusal));
            return;
        }
        room.acquireUninterruptibly();
        var _ =
                begin(order)
                        .exceptionally(fault ->
                                Status.of(
                                        new Outcome.Unknown("a fault while paying"),
                                        order.trace().toString()))
                        .thenAccept(status -> {
                            statuses.set(place, status);
                            room.release();
                        });
    }

    private CompletableFuture<Status> begin(PaymentOrders.Order order) {
        try {
            return order.earlier().isEmpty()
                    ? move(order)
                    : bank.find(order.earlier().get())
                            .thenCompose(found -> afterLooking(order, found));
        } catch (RuntimeException fault) {
            return CompletableFuture.failedFuture(fault);
        }
    }

    private CompletableFuture<Status> move(PaymentOrders.Order order) {
        CompletableFuture<Outcome> outcome =
                order.transfer() != null
                        ? bank.transfer(order.trace(), order.transfer())
                        : order.interbank() != null
                                ? bank.interbank(order.trace(), order.interbank())
                                : CompletableFuture.failedFuture(
                                        new IllegalStateException("an order of nothing"));
        return outcome.thenApply(ended -> Status.of(ended, order.trace().toString()));
    }

    /** What was done in the month before is not done again; what cannot be known is not tried. */
    private CompletableFuture<Status> afterLooking(
            PaymentOrders.Order order, Optional<GetTransactionResponse> found) {
        String reference = order.earlier().map(Object::toString).orElse("");
        if (found.isEmpty()) {
            return done(
                    new Status(
                            Status.Code.PDNG,
                            "AB06",
                            "not tried: whether it was done before cannot be known now",
                            Optional.of(reference)));
        }
        OutcomeCode code = OutcomeCode.ofNumber(found.get().getOutcome().getCode());
        if (code == OutcomeCode.UNKNOWN_TRANSACTION || code == OutcomeCode.ABORTED) {
            return move(order);
        }
        Outcome recorded = Outcome.of(code, found.get().getOutcome().getMessage());
        if (recorded.isAccepted() && !isSame(order, found.get())) {
            return done(
                    new Status(
                            Status.Code.RJCT,
                            "AM05",
                            "the names of this payment were used for another one",
                            Optional.of(reference)));
        }
        boolean certain = recorded.isAccepted() || code.isFinal();
        return done(
                Status.of(certain ? recorded : new Outcome.Unknown(recorded.message()), reference));
    }

    private static boolean isSame(PaymentOrders.Order order, GetTransactionResponse before) {
        return before.getPayerAccount().equals(order.payer())
                && before.getPayeeAccount().equals(order.payee())
                && before.getAmount().equals(order.amount().decimal())
                && before.getCurrency().equals(order.amount().currency().code());
    }

    private static CompletableFuture<Status> done(Status status) {
        return CompletableFuture.completedFuture(status);
    }
}

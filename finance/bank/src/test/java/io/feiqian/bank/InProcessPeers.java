package io.feiqian.bank;

import io.feiqian.messaging.CellMessages;
import io.feiqian.messaging.Delivery;
import io.feiqian.messaging.DeliveryReply;
import io.feiqian.messaging.spi.MessageChannel;
import io.feiqian.routing.Route;
import io.feiqian.routing.Routes;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.transaction.PeerReply;
import io.feiqian.transaction.Transactions;
import io.feiqian.transaction.spi.PeerChannel;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Slot;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

/** The way between cells of one process, which a test can cut. */
final class InProcessPeers implements PeerChannel, MessageChannel {
    private final Routes routes;
    private final ExecutorService threads;
    private final Map<CellId, Transactions> cells = new ConcurrentHashMap<>();
    private final Map<PeerMessage.Kind, PeerMessage.Kind> forged = new ConcurrentHashMap<>();
    private final Map<CellId, CellMessages> consumers = new ConcurrentHashMap<>();
    private final Set<PeerMessage.Kind> lost = ConcurrentHashMap.newKeySet();

    private volatile boolean messagesLost;

    InProcessPeers(Routes routes, ExecutorService threads) {
        this.routes = routes;
        this.threads = threads;
    }

    void connect(CellId cell, CellBank bank) {
        cells.put(cell, bank.transactions());
        consumers.put(cell, bank.messages());
    }

    /** Loses every message of this kind, until {@link #heal}. */
    void lose(PeerMessage.Kind kind) {
        lost.add(kind);
    }

    /**
     * Turns every message of one kind into another, and loses the answer: as if somebody had done
     * it by hand, until {@link #heal}.
     */
    void forge(PeerMessage.Kind kind, PeerMessage.Kind into) {
        forged.put(kind, into);
    }

    /** Loses every message of the outboxes, until {@link #heal}. */
    void loseMessages() {
        messagesLost = true;
    }

    void heal() {
        messagesLost = false;
        lost.clear();
        forged.clear();
    }

    @Override
    public CompletableFuture<PeerReply> send(PeerMessage message) {
        Optional<CellId> owner = owner(message.slot());
        Transactions there = owner.map(cells::get).orElse(null);
        if (there == null || lost.contains(message.kind())) {
            return CompletableFuture.completedFuture(new PeerReply.Unheard("no way there"));
        }
        PeerMessage.Kind instead = forged.get(message.kind());
        if (instead != null) {
            return CompletableFuture.completedFuture(as(message, instead))
                    .thenComposeAsync(there::receive, threads)
                    .thenApply(answer -> new PeerReply.Unheard("forged, and answered " + answer));
        }
        PeerMessage addressed = message.with(routes.route(message.slot()).epoch());
        return CompletableFuture.completedFuture(addressed)
                .thenComposeAsync(there::receive, threads);
    }

    @Override
    public CompletableFuture<DeliveryReply> deliver(Delivery delivery) {
        Slot slot = delivery.message().key().consumer();
        CellMessages there = owner(slot).map(consumers::get).orElse(null);
        if (there == null || messagesLost) {
            return CompletableFuture.completedFuture(new DeliveryReply.Unheard("no way there"));
        }
        return CompletableFuture.completedFuture(delivery.with(routes.route(slot).epoch()))
                .thenComposeAsync(there::receive, threads);
    }

    @Override
    public Optional<CellId> owner(Slot slot) {
        return routes.current().find(slot).map(Route::owner);
    }

    private static PeerMessage as(PeerMessage message, PeerMessage.Kind kind) {
        return new PeerMessage(
                kind,
                message.slot(),
                Optional.empty(),
                message.key(),
                message.initiator(),
                message.transactionDigest(),
                message.digest(),
                message.service(),
                message.content(),
                message.businessDate(),
                message.remaining(),
                message.decideByRemaining());
    }
}

package io.feiqian.bank;

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
final class InProcessPeers implements PeerChannel {
    private final Routes routes;
    private final ExecutorService threads;
    private final Map<CellId, Transactions> cells = new ConcurrentHashMap<>();
    private final Set<PeerMessage.Kind> lost = ConcurrentHashMap.newKeySet();

    InProcessPeers(Routes routes, ExecutorService threads) {
        this.routes = routes;
        this.threads = threads;
    }

    void connect(CellId cell, Transactions transactions) {
        cells.put(cell, transactions);
    }

    /** Loses every message of this kind, until {@link #heal}. */
    void lose(PeerMessage.Kind kind) {
        lost.add(kind);
    }

    void heal() {
        lost.clear();
    }

    @Override
    public CompletableFuture<PeerReply> send(PeerMessage message) {
        Optional<CellId> owner = owner(message.slot());
        Transactions there = owner.map(cells::get).orElse(null);
        if (there == null || lost.contains(message.kind())) {
            return CompletableFuture.completedFuture(new PeerReply.Unheard("no way there"));
        }
        PeerMessage addressed = message.with(routes.route(message.slot()).epoch());
        return CompletableFuture.completedFuture(addressed)
                .thenComposeAsync(there::receive, threads);
    }

    @Override
    public Optional<CellId> owner(Slot slot) {
        return routes.current().find(slot).map(Route::owner);
    }
}

package io.feiqian.transaction;

import io.feiqian.routing.Route;
import io.feiqian.routing.Routes;
import io.feiqian.routing.StateTable;
import io.feiqian.routing.WorkKind;
import io.feiqian.rpc.PeerStreams;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import io.feiqian.transaction.spi.PeerChannel;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The {@link PeerChannel} over the gRPC streams of {@code service/rpc}: finds the owner by the
 * route map of this process, and refreshes that once where the owner turns out to be another.
 * Messages to this cell itself go to the handler without a wire. Each message carries the span that
 * sent it, so that one trace goes through all cells of a transaction (D5.3-d). Thread-safe.
 */
public final class StreamPeers implements PeerChannel {
    private final CellId self;
    private final Routes routes;
    private final PeerStreams streams;
    private final Tracing tracing;
    private volatile Function<PeerMessage, CompletableFuture<PeerReply>> local =
            message ->
                    CompletableFuture.completedFuture(
                            PeerReply.refused(
                                    OutcomeCode.SHUTTING_DOWN,
                                    "instance: starting (expected: running)"));

    /** A channel of this cell over these streams. */
    public StreamPeers(CellId self, Routes routes, PeerStreams streams, Tracing tracing) {
        this.self = self;
        this.routes = routes;
        this.streams = streams;
        this.tracing = tracing;
    }

    /** Says who answers messages to this cell itself: {@link Transactions#receive}. */
    public void serveLocally(Function<PeerMessage, CompletableFuture<PeerReply>> handler) {
        local = handler;
    }

    /**
     * What a {@code PeerStreamService} does with a frame of another cell.
     *
     * @param receive {@link Transactions#receive}
     */
    public Function<Request, CompletableFuture<Reply>> serving(
            Function<PeerMessage, CompletableFuture<PeerReply>> receive) {
        return request -> {
            try {
                return serve(PeerWire.message(request), request.getTraceparent(), receive)
                        .thenApply(PeerWire::reply);
            } catch (RefusedException unreadable) {
                return CompletableFuture.completedFuture(
                        PeerWire.reply(
                                PeerReply.refused(
                                        unreadable.code(), unreadable.outcome().message())));
            }
        };
    }

    private CompletableFuture<PeerReply> serve(
            PeerMessage message,
            String traceparent,
            Function<PeerMessage, CompletableFuture<PeerReply>> receive) {
        WorkSpan span = tracing.serve(name(message), trace(message), traceparent);
        span.note(Tracing.CELL, self.toString()).note(Tracing.SLOT, message.slot().number());
        try (Tracing.Entered _ = span.enter()) {
            return ending(span, receive.apply(message));
        }
    }

    @Override
    public CompletableFuture<PeerReply> send(PeerMessage message) {
        return once(message)
                .thenCompose(reply ->
                        isMisrouted(reply)
                                ? routes.refresh(0).thenCompose(_ -> once(message))
                                : CompletableFuture.completedFuture(reply));
    }

    @Override
    public OutcomeCode admits(Slot slot, WorkKind work) {
        return routes.current()
                .find(slot)
                .map(route -> StateTable.admits(route.state(), work))
                .orElse(OutcomeCode.NO_ROUTE);
    }

    @Override
    public Optional<CellId> owner(Slot slot) {
        return routes.current().find(slot).map(Route::owner);
    }

    private CompletableFuture<PeerReply> once(PeerMessage message) {
        Optional<Route> route = routes.current().find(message.slot());
        if (route.isEmpty()) {
            return CompletableFuture.completedFuture(
                    PeerReply.refused(
                            OutcomeCode.NO_ROUTE,
                            "slot: " + message.slot() + " (expected: one with an owner)"));
        }
        PeerMessage addressed =
                message.epoch().isPresent() ? message : message.with(route.get().epoch());
        CellId owner = route.get().owner();
        if (owner.equals(self)) {
            return local.apply(addressed);
        }
        WorkSpan span = tracing.call(name(message), trace(message));
        span.note(Tracing.CELL, owner.toString()).note(Tracing.SLOT, message.slot().number());
        Request frame = PeerWire.request(addressed, span.traceparent());
        return ending(
                span, streams.send(owner, frame, message.remaining()).thenApply(PeerWire::reply));
    }

    private static CompletableFuture<PeerReply> ending(
            WorkSpan span, CompletableFuture<PeerReply> reply) {
        return reply.whenComplete((answer, fault) -> {
            if (fault == null) {
                span.outcome(outcome(answer)).close();
            } else {
                span.fault(fault).close();
            }
        });
    }

    private static Outcome outcome(PeerReply reply) {
        return switch (reply) {
            case PeerReply.Answered answered -> Outcome.of(answered.code(), answered.message());
            case PeerReply.Unheard(String why) -> Outcome.of(OutcomeCode.UNKNOWN, why);
        };
    }

    private static String name(PeerMessage message) {
        return "peer " + message.kind();
    }

    private static Optional<TraceNumber> trace(PeerMessage message) {
        return Optional.of(message.key().trace());
    }

    private static boolean isMisrouted(PeerReply reply) {
        return reply instanceof PeerReply.Answered answered
                && (answered.code() == OutcomeCode.WRONG_CELL
                        || answered.code() == OutcomeCode.STALE_EPOCH);
    }
}

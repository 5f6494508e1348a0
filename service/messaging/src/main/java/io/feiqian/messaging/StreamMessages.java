package io.feiqian.messaging;

import io.feiqian.messaging.spi.MessageChannel;
import io.feiqian.routing.Route;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.PeerStreams;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The {@link MessageChannel} over the streams between cells, which carry transactions too. What is
 * for this cell itself goes to the handler without a wire. Thread-safe.
 */
public final class StreamMessages implements MessageChannel {
    private final CellId self;
    private final Routes routes;
    private final PeerStreams streams;
    private final Tracing tracing;
    private volatile Function<Delivery, CompletableFuture<DeliveryReply>> local =
            delivery ->
                    CompletableFuture.completedFuture(
                            DeliveryReply.refused(
                                    OutcomeCode.SHUTTING_DOWN,
                                    "instance: starting (expected: running)"));

    /** A channel of this cell over these streams, which are not closed with it. */
    public StreamMessages(CellId self, Routes routes, PeerStreams streams, Tracing tracing) {
        this.self = self;
        this.routes = routes;
        this.streams = streams;
        this.tracing = tracing;
    }

    /** Says who consumes what is for this cell itself: {@link CellMessages#receive}. */
    public void serveLocally(Function<Delivery, CompletableFuture<DeliveryReply>> handler) {
        local = handler;
    }

    /**
     * What a {@code PeerStreamService} does with a frame of another cell.
     *
     * @param receive {@link CellMessages#receive}
     * @param others who answers the frames that are no deliveries
     */
    public Function<Request, CompletableFuture<Reply>> serving(
            Function<Delivery, CompletableFuture<DeliveryReply>> receive,
            Function<Request, CompletableFuture<Reply>> others) {
        return request -> {
            if (!DeliveryWire.isDelivery(request)) {
                return others.apply(request);
            }
            try {
                return serve(DeliveryWire.delivery(request), request.getTraceparent(), receive)
                        .thenApply(DeliveryWire::reply);
            } catch (RefusedException unreadable) {
                return CompletableFuture.completedFuture(
                        DeliveryWire.reply(
                                DeliveryReply.refused(
                                        unreadable.code(), unreadable.outcome().message())));
            }
        };
    }

    @Override
    public CompletableFuture<DeliveryReply> deliver(Delivery delivery) {
        return once(delivery)
                .thenCompose(reply ->
                        isMisrouted(reply)
                                ? routes.refresh(0).thenCompose(_ -> once(delivery))
                                : CompletableFuture.completedFuture(reply));
    }

    private CompletableFuture<DeliveryReply> serve(
            Delivery delivery,
            String traceparent,
            Function<Delivery, CompletableFuture<DeliveryReply>> receive) {
        Incoming message = delivery.message();
        WorkSpan span = tracing.serve("message consume", Optional.of(message.trace()), traceparent);
        span.note(Tracing.CELL, self.toString())
                .note(Tracing.SLOT, message.key().consumer().number());
        try (Tracing.Entered _ = span.enter()) {
            return ending(span, receive.apply(delivery));
        }
    }

    private CompletableFuture<DeliveryReply> once(Delivery delivery) {
        Incoming message = delivery.message();
        Optional<Route> route = routes.current().find(message.key().consumer());
        if (route.isEmpty()) {
            return CompletableFuture.completedFuture(
                    DeliveryReply.refused(
                            OutcomeCode.NO_ROUTE,
                            "slot: %s (expected: one with an owner)"
                                    .formatted(message.key().consumer())));
        }
        Delivery addressed =
                delivery.epoch().isPresent() ? delivery : delivery.with(route.get().epoch());
        CellId owner = route.get().owner();
        if (owner.equals(self)) {
            return local.apply(addressed);
        }
        WorkSpan span = tracing.call("message deliver", Optional.of(message.trace()));
        span.note(Tracing.CELL, owner.toString())
                .note(Tracing.SLOT, message.key().consumer().number());
        Request frame = DeliveryWire.request(addressed, span.traceparent());
        return ending(
                span,
                streams.send(owner, frame, delivery.remaining()).thenApply(DeliveryWire::reply));
    }

    private static CompletableFuture<DeliveryReply> ending(
            WorkSpan span, CompletableFuture<DeliveryReply> reply) {
        return reply.whenComplete((answer, fault) -> {
            if (fault == null) {
                span.outcome(outcome(answer)).close();
            } else {
                span.fault(fault).close();
            }
        });
    }

    private static Outcome outcome(DeliveryReply reply) {
        return switch (reply) {
            case DeliveryReply.Answered answered -> Outcome.of(answered.code(), answered.message());
            case DeliveryReply.Unheard(String why) -> Outcome.of(OutcomeCode.UNKNOWN, why);
        };
    }

    private static boolean isMisrouted(DeliveryReply reply) {
        return reply instanceof DeliveryReply.Answered answered
                && (answered.code() == OutcomeCode.WRONG_CELL
                        || answered.code() == OutcomeCode.STALE_EPOCH);
    }
}

package io.feiqian.messaging;

import io.feiqian.messaging.spi.Consumer;
import io.feiqian.routing.WorkKind;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.rpc.RequestContext;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Claim;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Share;
import io.feiqian.storage.Work;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The receiving side: a message's effect and the mark that says so are one local commit
 * (inbox-mark). Thread-safe; never blocks.
 */
final class Consumption {
    private final MessagingHost host;
    private final LocalCommit commits;
    private final Map<String, Consumer> consumers;

    /**
     * One with these consumers.
     *
     * @param commits the local commits that wake the relay: consumers may send messages themselves
     */
    Consumption(MessagingHost host, LocalCommit commits, List<Consumer> consumers) {
        this.host = host;
        this.commits = commits;
        this.consumers =
                consumers.stream()
                        .collect(
                                Collectors.toUnmodifiableMap(Consumer::topic, Function.identity()));
    }

    /** Answers once effect and mark are durable. */
    CompletableFuture<DeliveryReply> receive(Delivery delivery) {
        if (delivery.skipped()) {
            return commit(delivery, Share.NOTHING).thenApply(Consumption::reply);
        }
        Consumer consumer = consumers.get(delivery.message().key().topic());
        if (consumer == null) {
            return refused(
                    OutcomeCode.UNKNOWN_TOPIC,
                    "topic: %s (expected: one of %s)"
                            .formatted(
                                    delivery.message().key().topic(),
                                    consumers.keySet().stream().sorted().toList()));
        }
        Share share;
        try {
            share = consume(consumer, delivery);
        } catch (RefusedException refused) {
            return refused(refused.code(), refused.outcome().message());
        } catch (RuntimeException fault) {
            host.fault("consuming " + delivery.message().key(), fault);
            return refused(OutcomeCode.INTERNAL_ERROR, "consumer: met a fault of its own");
        }
        return commit(delivery, share)
                .thenCompose(answer ->
                        answer.isAccepted() && answer.value(InboxFinding.class).isEmpty()
                                // Its effect is on record from another way; the mark is not yet.
                                ? commit(delivery, Share.NOTHING)
                                : CompletableFuture.completedFuture(answer))
                .thenApply(Consumption::reply);
    }

    /** What the consumer calls in its turn carries on what came with the message. */
    private Share consume(Consumer consumer, Delivery delivery) {
        Incoming message = delivery.message();
        if (message.label().isEmpty()) {
            return consumer.consume(message);
        }
        RequestContext context =
                RequestContext.until(Deadline.after(delivery.remaining(), host.clock))
                        .withTrace(message.trace())
                        .labelled(message.label());
        return CurrentCall.call(context, () -> consumer.consume(message));
    }

    private CompletableFuture<Answer> commit(Delivery delivery, Share share) {
        MessageKey key = delivery.message().key();
        long position = delivery.message().position();
        List<Claim> claims = new ArrayList<>();
        claims.add(new Claim(key.consumer(), WorkKind.CONFIRM, delivery.epoch()));
        claims.addAll(share.claims());
        List<Part<?>> parts = new ArrayList<>();
        parts.add(new Part<>(host.inbox, InboxCommand.guard(key, position)));
        parts.addAll(share.parts());
        parts.add(new Part<>(host.inbox, InboxCommand.record(key, position, delivery.skipped())));
        return commits.submit(
                new Work(
                        claims, parts, Lane.NEW, Deadline.after(delivery.remaining(), host.clock)));
    }

    private static DeliveryReply reply(Answer answer) {
        return new DeliveryReply.Answered(
                answer.code(),
                answer.outcome().message(),
                answer.value(InboxFinding.class).map(InboxFinding::mark).orElse(0L),
                answer.recorded());
    }

    private static CompletableFuture<DeliveryReply> refused(OutcomeCode code, String message) {
        return CompletableFuture.completedFuture(DeliveryReply.refused(code, message));
    }
}

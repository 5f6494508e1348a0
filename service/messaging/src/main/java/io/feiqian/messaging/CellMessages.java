package io.feiqian.messaging;

import io.feiqian.messaging.spi.Consumer;
import io.feiqian.messaging.spi.MessageChannel;
import io.feiqian.messaging.spi.OutboxReader;
import io.feiqian.rpc.CurrentCall;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/**
 * The messages of one instance of a cell: sends what its commits put into the outbox, and consumes
 * what other cells send. Whatever it forgets, since it crashed or was closed, any other instance of
 * the cell finds and delivers. Thread-safe; never blocks.
 */
public final class CellMessages implements AutoCloseable {
    /**
     * What it stands on; none of it is closed with it.
     *
     * @param commits the cell's local commits
     * @param database the cell's database, for reads and cleaning
     * @param channel the way to other cells, and to this one
     * @param clock the clock
     * @param timer for pauses
     * @param alarms where operators are called
     */
    public record Ports(
            LocalCommit commits,
            DataSource database,
            MessageChannel channel,
            Clock clock,
            Timer timer,
            AlarmEvents alarms) {}

    private final MessagingHost host;
    private final Relay relay;
    private final Sweeps sweeps;
    private final LocalCommit commits;
    private final OutboxContribution outbox;
    private final Consumption consumption;

    /** One with these consumers; nothing is looked for before {@link #start}. */
    public CellMessages(Ports ports, List<Consumer> consumers, MessagingSettings settings) {
        this(ports, Optional.empty(), consumers, settings);
    }

    /** The same over an outbox that is read in another way; it is not to be {@link #start}ed. */
    public CellMessages(
            Ports ports,
            OutboxReader reader,
            List<Consumer> consumers,
            MessagingSettings settings) {
        this(ports, Optional.of(reader), consumers, settings);
    }

    private CellMessages(
            Ports ports,
            Optional<OutboxReader> reader,
            List<Consumer> consumers,
            MessagingSettings settings) {
        this.outbox = new OutboxContribution();
        this.host = new MessagingHost(ports, outbox, new InboxContribution(), settings);
        this.relay = new Relay(host, reader.orElseGet(() -> new Lookups(host)));
        this.sweeps = new Sweeps(host, relay);
        this.commits = new WakingCommits(ports.commits(), relay::wake);
        this.consumption = new Consumption(host, commits, consumers);
    }

    /** The local commits by which messages are sent: they wake the relay for what was sent. */
    public LocalCommit commits() {
        return commits;
    }

    /**
     * Sends a message as a part of a work that claims the producer's slot: it leaves when that work
     * is committed, and never otherwise. A message without a label takes that of the call, or of
     * the message, that this thread serves.
     */
    public Part<OutboxCommand> sending(Message message) {
        String label =
                message.label().isEmpty()
                        ? CurrentCall.find().map(CallContext::grayLabel).orElse("")
                        : message.label();
        return new Part<>(outbox, new OutboxCommand.Send(message.labelled(label)));
    }

    /** Consumes a message; completes, never exceptionally, once that is durable or refused. */
    public CompletableFuture<DeliveryReply> receive(Delivery delivery) {
        if (host.isClosed()) {
            return CompletableFuture.completedFuture(
                    DeliveryReply.refused(
                            OutcomeCode.SHUTTING_DOWN, "instance: stopping (expected: running)"));
        }
        return consumption.receive(delivery);
    }

    /**
     * Delivers a dead message again.
     *
     * @param with what is committed with it, such as the audit record
     */
    public CompletableFuture<Answer> retry(MessageKey key, long position, Part<?>... with) {
        return order(new OutboxCommand.Retry(key, position), with);
    }

    /**
     * Gives a message up, the next of its key.
     *
     * @param with what is committed with it, such as the audit record
     */
    public CompletableFuture<Answer> skip(MessageKey key, long position, Part<?>... with) {
        return order(new OutboxCommand.Skip(key, position), with);
    }

    /**
     * Sends finished messages again, under a rewind of their own; the answer's value is the {@link
     * OutboxKey} of the rewind.
     *
     * @param with what is committed with it, such as the audit record
     */
    public CompletableFuture<Answer> replay(MessageKey key, List<OutboxRow> rows, Part<?>... with) {
        return order(new OutboxCommand.Replay(key, rows), with);
    }

    /** Begins to look for what was left behind, all of it at once, and to clean. */
    public void start() {
        sweeps.start();
    }

    /** One scan for what was left behind; completes with how many keys were taken up. */
    public CompletableFuture<Integer> scanNow() {
        return sweeps.scan(host.settings.grace());
    }

    /** Deletes finished messages that are old enough, now; completes with how many. */
    public CompletableFuture<Integer> cleanNow() {
        return sweeps.clean();
    }

    /** Takes up keys that were found with something to deliver, as a scan does. */
    public void takeUp(List<MessageKey> keys) {
        keys.forEach(relay::wake);
    }

    /** How many keys this instance is delivering, or resting for. */
    public int busyKeys() {
        return relay.busy();
    }

    /** Stops; what is not delivered or not acknowledged yet is left to other instances. */
    @Override
    public void close() {
        sweeps.stop();
        relay.flush();
        host.close();
    }

    private CompletableFuture<Answer> order(OutboxCommand command, Part<?>... with) {
        return host.commit(command, with)
                .thenApply(answer -> {
                    if (answer.isAccepted()) {
                        relay.wake(
                                answer.value(OutboxKey.class)
                                        .map(OutboxKey::key)
                                        .orElse(command.key()));
                    }
                    return answer;
                });
    }
}

package io.feiqian.simulation;

import io.feiqian.messaging.CellMessages;
import io.feiqian.messaging.Delivery;
import io.feiqian.messaging.DeliveryReply;
import io.feiqian.messaging.Incoming;
import io.feiqian.messaging.KeyState;
import io.feiqian.messaging.Message;
import io.feiqian.messaging.MessageKey;
import io.feiqian.messaging.MessagingSettings;
import io.feiqian.messaging.OutboxKey;
import io.feiqian.messaging.OutboxRow;
import io.feiqian.messaging.Payload;
import io.feiqian.messaging.RelayEvent;
import io.feiqian.messaging.spi.MessageChannel;
import io.feiqian.messaging.spi.OutboxReader;
import io.feiqian.runtime.Backoff;
import io.feiqian.simulation.database.Reply;
import io.feiqian.simulation.database.Session;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.events.Dice;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one instance: the real relay and the real consumption over simulated commits, a
 * network that loses and repeats, and an outbox that is read by statements of its own. Broken here:
 * dead-letter-mark, by telling the consumer nothing. Not thread-safe.
 */
final class SimulatedMail implements MessageChannel, OutboxReader {
    static final String TOPIC = "note";

    private static final SubNumber STEP = new SubNumber(9_001);
    private static final long GRACE_MILLIS = 300;
    private static final MessagingSettings SETTINGS =
            MessagingSettings.DEFAULT.withRetry(
                    new Backoff(Duration.ofMillis(50), Duration.ofMillis(1_500)), 1_000, 3);

    private record Wanted(MessageKey key, long after, int window, Consumer<RelayEvent> found) {}

    private final World world;
    private final Cell cell;
    private final String name;
    private final SimulatedProcess process;
    private final Dice dice;
    private final CellMessages messages;
    private final Map<Slot, Epoch> epochs = new HashMap<>();
    private final Queue<Wanted> waiting = new ArrayDeque<>();
    private @Nullable Session reading;
    private boolean busy;

    SimulatedMail(
            World world,
            Cell cell,
            String name,
            SimulatedProcess process,
            LocalCommit commit,
            Dice dice) {
        this.world = world;
        this.cell = cell;
        this.name = name;
        this.process = process;
        this.dice = dice;
        this.messages =
                new CellMessages(
                        new CellMessages.Ports(
                                commit,
                                new NoDataSource(),
                                this,
                                process.clock(),
                                process,
                                alarm -> world.alarmed(name, alarm)),
                        this,
                        List.of(new Notes()),
                        SETTINGS);
    }

    /** The local commits that wake the relay. */
    LocalCommit commits() {
        return messages.commits();
    }

    CellMessages messages() {
        return messages;
    }

    /** The part of a movement's commit that tells the payee, where it is one of those that do. */
    Optional<Part<?>> telling(Order.Move move) {
        long serial = move.trace().serial();
        if (serial % 3 == 0) {
            return Optional.empty();
        }
        // Few keys, so that many messages share one.
        MessageKey key =
                MessageKey.of(
                        move.payer().slot(), move.payee().slot(), TOPIC, "k" + move.payee().slot());
        String text = serial % 17 == 1 ? NoteShell.REFUSED : "told";
        return Optional.of(
                messages.sending(Message.of(key, move.trace(), STEP, Payload.ofText(text))));
    }

    /** Whether a scan should take this key up. */
    static boolean isLeft(OutboxKey row, long now) {
        return row.dueAt() > 0 && row.dueAt() + GRACE_MILLIS < now;
    }

    /** Takes up what a scan found; an operator looks at what is dead. */
    void takeUp(List<OutboxKey> left, List<OutboxKey> dead) {
        messages.takeUp(left.stream().map(OutboxKey::key).toList());
        for (OutboxKey each : dead) {
            if (dice.perMille(300)) {
                var _ = messages.retry(each.key(), each.done() + 1);
            } else {
                var _ = messages.skip(each.key(), each.done() + 1);
            }
        }
    }

    @Override
    public void read(MessageKey key, long after, int window, Consumer<RelayEvent> found) {
        waiting.add(new Wanted(key, after, window, found));
        readNext();
    }

    private void readNext() {
        if (busy || waiting.isEmpty()) {
            return;
        }
        busy = true;
        Wanted wanted = waiting.remove();
        Session on = reading == null ? cell.database().connect() : reading;
        reading = on;
        // One snapshot in the real statement; here the key first: what it counts is there then.
        on.commit(
                List.of(
                        new Statement.Read(Tables.OUTBOX_KEY, List.of(wanted.key)),
                        new Statement.Scan(
                                Tables.OUTBOX, row -> ((OutboxRow) row).key().equals(wanted.key)),
                        new Statement.Now()),
                reply -> process.run(() -> wasRead(wanted, reply)));
    }

    private void wasRead(Wanted wanted, Reply reply) {
        busy = false;
        if (!(reply instanceof Reply.Done done)) {
            if (reading != null) {
                reading.lose();
                reading = null;
            }
            wanted.found.accept(new RelayEvent.Unreadable());
            readNext();
            return;
        }
        List<?> all = done.result(1, List.class);
        Optional<OutboxKey> key = Optional.empty();
        for (Object row : done.result(0, Map.class).values()) {
            key = Optional.of((OutboxKey) row);
        }
        long finished = key.map(OutboxKey::done).orElse(0L);
        List<OutboxRow> rows =
                all.stream()
                        .map(row -> (OutboxRow) row)
                        .filter(row -> row.position() > Math.max(finished, wanted.after))
                        .sorted(Comparator.comparingLong(OutboxRow::position))
                        .limit(wanted.window)
                        .toList();
        wanted.found.accept(
                new RelayEvent.Found(key, rows, done.result(2, Statement.Tick.class).millis()));
        readNext();
    }

    @Override
    public CompletableFuture<DeliveryReply> deliver(Delivery delivery) {
        if (delivery.skipped() && world.rules().lack(Rule.DEAD_LETTER_MARK)) {
            return CompletableFuture.completedFuture(DeliveryReply.accepted(0, false));
        }
        CompletableFuture<DeliveryReply> reply = new CompletableFuture<>();
        Slot slot = delivery.message().key().consumer();
        Delivery addressed = delivery.with(epochs.computeIfAbsent(slot, world::epoch));
        Cell target = world.owner(slot);
        world.log(() -> name + " delivers " + text(delivery));
        world.network()
                .send(
                        cell.number(),
                        target.number(),
                        () ->
                                target.deliver(
                                        addressed,
                                        back -> comesBack(target, addressed, back, reply)));
        var _ =
                process.after(
                        delivery.remaining(),
                        () -> reply.complete(new DeliveryReply.Unheard("no answer in time")));
        return reply;
    }

    private void comesBack(
            Cell from,
            Delivery delivery,
            DeliveryReply back,
            CompletableFuture<DeliveryReply> reply) {
        world.network()
                .send(
                        from.number(),
                        cell.number(),
                        () ->
                                process.run(() -> {
                                    if (back instanceof DeliveryReply.Answered answered
                                            && answered.code().kind() == OutcomeCode.Kind.ROUTING) {
                                        epochs.remove(delivery.message().key().consumer());
                                    }
                                    world.log(() ->
                                            name + " hears of " + text(delivery) + ": " + back);
                                    reply.complete(back);
                                }));
    }

    private static String text(Delivery delivery) {
        return (delivery.skipped() ? "skipping of " : "message ")
                + delivery.message().position()
                + " of "
                + delivery.message().key();
    }

    /** Whether an operator has to look at a key. */
    static boolean isDead(OutboxKey row) {
        return row.state() == KeyState.DEAD;
    }

    private static final class Notes implements io.feiqian.messaging.spi.Consumer {
        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public io.feiqian.storage.Share consume(Incoming message) {
            return io.feiqian.storage.Share.of(new Part<>(new Named<>("note", 150), message));
        }
    }
}
